using System.Net;
using System.Text;

namespace BatchPlatform.Client.Tests;

/// <summary>A request as it was sent.</summary>
internal sealed record Sent(string Method, string Path, string? IdempotencyKey, string? Authorization, string Body);

/// <summary>Answers requests by a script, one step for each, and notes them.</summary>
internal sealed class ScriptedHandler(params IEnumerable<Func<CancellationToken, Task<HttpResponseMessage>>> steps) : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _steps = new(steps);

    public List<Sent> Requests { get; } = [];

    /// <summary>A client whose requests end here.</summary>
    public BatchPlatformClient Client(ClientOptions? options = null) =>
        new(new HttpClient(this) { BaseAddress = new Uri("http://platform.example"), Timeout = Timeout.InfiniteTimeSpan }, "the-key", options);

    public static Func<CancellationToken, Task<HttpResponseMessage>> Json(int status, string body) => Body(status, "application/json", body);

    public static Func<CancellationToken, Task<HttpResponseMessage>> Body(int status, string type, string body) =>
        _ => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) });

    public static Func<CancellationToken, Task<HttpResponseMessage>> Refusal(int status, string code, string? retryAfter = null) => _ =>
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent($$"""{"code":"{{code}}","detail":"Told so."}""", Encoding.UTF8, "application/problem+json"),
        };
        if (retryAfter is not null)
        {
            answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        return Task.FromResult(answer);
    };

    /// <summary>The connection is refused.</summary>
    public static Task<HttpResponseMessage> Lost(CancellationToken cancellationToken) => Task.FromException<HttpResponseMessage>(new HttpRequestException("refused"));

    /// <summary>Nobody answers.</summary>
    public static async Task<HttpResponseMessage> Silence(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException("Never reached.");
    }

    /// <summary>An answer whose connection is lost after its body so far.</summary>
    public static Func<CancellationToken, Task<HttpResponseMessage>> CutOff(string type, string body) =>
        Ending(type, body, _ => throw new IOException("cut off"));

    /// <summary>An answer that says nothing more after its body so far, and does not end.</summary>
    public static Func<CancellationToken, Task<HttpResponseMessage>> Stuck(string type, string body) =>
        Ending(type, body, cancellationToken => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));

    private static Func<CancellationToken, Task<HttpResponseMessage>> Ending(string type, string body, Func<CancellationToken, Task> end) => _ =>
    {
        var content = new StreamContent(new EndingStream(Encoding.UTF8.GetBytes(body), end));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add(new Sent(request.Method.Method, request.RequestUri!.PathAndQuery, key, request.Headers.Authorization?.ToString(), body));
        return await _steps.Dequeue()(cancellationToken);
    }

    private sealed class EndingStream(byte[] bytes, Func<CancellationToken, Task> end) : MemoryStream(bytes, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                await end(cancellationToken);
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
