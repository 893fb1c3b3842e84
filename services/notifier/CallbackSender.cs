using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text;
using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>What came of one attempt.</summary>
/// <param name="StatusCode">The receiver's status; 0 when there was none.</param>
/// <param name="Answer">The first 4 KiB of its answer, or what went wrong.</param>
public sealed record AttemptResult(int StatusCode, string Answer)
{
    /// <summary>The receiver took it.</summary>
    public bool Delivered => StatusCode is >= 200 and < 300;

    /// <summary>The receiver says that it is gone for good.</summary>
    public bool Hopeless => StatusCode == (int)HttpStatusCode.Gone;
}

/// <summary>Posts a delivery to its receiver, once. Redirects are not followed: they would lead past what was checked.</summary>
public sealed class CallbackSender(AddressGuard guard, IOptions<NotifierOptions> options, TimeProvider time) : IDisposable
{
    private const int AnswerBytes = 4096;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = guard.ConnectAsync,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false, // A proxy would resolve the name itself, and the guard would judge the proxy's address.
        MaxConnectionsPerServer = options.Value.ConcurrencyPerHost,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseDrainSize = 64 * 1024,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "BatchPlatform" } },
    };

    /// <summary>Never throws for what the receiver does.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<AttemptResult> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (guard.FaultOf(delivery.Url) is { } fault)
        {
            return new AttemptResult(0, $"The callback's address {fault}.");
        }

        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(delivery);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new AttemptResult((int)response.StatusCode, await BeginningAsync(response, either.Token));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return new AttemptResult(0, Explain(error));
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(Delivery delivery) => new(HttpMethod.Post, delivery.Url)
    {
        Content = new StringContent(delivery.Body, Encoding.UTF8, MediaTypeNames.Application.Json),
        Headers =
        {
            { "webhook-id", delivery.Id.ToString("D") },
            { "webhook-timestamp", time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
        },
    };

    // The status has decided already: an answer that breaks off is kept as far as it came.
    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[AnswerBytes];
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (var read = -1; read != 0 && length < buffer.Length; length += read)
            {
                read = await body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
        }

        return Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD'); // PostgreSQL keeps no NUL in text
    }

    // Not the exception's own words: they would name addresses of our networks.
    private string Explain(Exception error) => error switch
    {
        OperationCanceledException => string.Create(CultureInfo.InvariantCulture, $"No answer within {options.Value.TimeoutSeconds} s."),
        HttpRequestException { InnerException: AddressRefusedException refused } => refused.Message,
        HttpRequestException request => $"No answer: {request.HttpRequestError}.",
        _ => "No answer.",
    };
}
