using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Client;

/// <summary>Sends requests, again while they fail in passing, and tells refusals as exceptions.</summary>
internal sealed class Transport(HttpClient http, string key, ClientOptions options)
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int UploadPatience = 20;
    private const int MaxDoublings = 20;

    private readonly AuthenticationHeaderValue _authorization = new("Bearer", key);

    public ClientOptions Options => options;

    /// <summary>Sends a request and reads its JSON answer.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body = null, CancellationToken cancellationToken = default)
    {
        using var answer = await SendAsync(new Call(method, path) { Content = () => JsonOf(body) }, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>Reads a list, page after page.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(
        string path, Query query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            (var items, cursor) = await PageAsync<T>(path, query, limit: null, cursor, cancellationToken);
            foreach (var item in items)
            {
                yield return item;
            }
        }
        while (cursor is not null);
    }

    /// <summary>Reads one page of a list.</summary>
    public async Task<(IReadOnlyList<T> Items, string? NextCursor)> PageAsync<T>(string path, Query query, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var page = await SendAsync<Page<T>>(HttpMethod.Get, path + query.With("limit", limit).With("cursor", cursor), body: null, cancellationToken);
        return (page.Items, page.NextCursor);
    }

    /// <summary>Sends a request until it is answered; the answer's body has not been read.</summary>
    /// <exception cref="BatchPlatformException">It was refused.</exception>
    /// <exception cref="HttpRequestException">The platform was not reached in the last attempt either.</exception>
    public async Task<HttpResponseMessage> SendAsync(Call call, CancellationToken cancellationToken)
    {
        var idempotencyKey = call.IdempotencyKey ?? Guid.CreateVersion7().ToString();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? askedFor = null;
            try
            {
                var answer = await AttemptAsync(call, idempotencyKey, cancellationToken);
                if (answer.IsSuccessStatusCode || IsRepeatedDelete(call, answer, attempt))
                {
                    return answer;
                }

                var refusal = await RefusalAsync(answer, cancellationToken);
                if (!Passes(refusal) || attempt >= options.Attempts || refusal.RetryAfter > options.MaxDelay)
                {
                    throw refusal;
                }

                askedFor = refusal.RetryAfter;
            }
            catch (Exception error) when (IsOfTheNetwork(error, cancellationToken))
            {
                // Whether it took effect is not known; repeated under the same key, it does so once.
                if (attempt >= options.Attempts)
                {
                    throw new HttpRequestException(NotReached(error), error);
                }
            }

            await Task.Delay(DelayBefore(attempt, askedFor), options.Time, cancellationToken);
        }
    }

    /// <summary>Reads the JSON of an answer.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        await answer.Content.ReadFromJsonAsync<T>(ClientJson.Options, cancellationToken)
        ?? throw new JsonException("The platform's answer is null.");

    /// <summary>The body of an answer, to be read as it comes.</summary>
    public async Task<Stream> StreamOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        new ImpatientStream(await answer.Content.ReadAsStreamAsync(cancellationToken), options);

    private async Task<HttpResponseMessage> AttemptAsync(Call call, string idempotencyKey, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(options.AttemptTimeout * (call.IsLong ? UploadPatience : 1), options.Time);
        await using var ended = limit.Token.Register(patience.Cancel);
        using var request = new HttpRequestMessage(call.Method, call.Path) { Content = call.Content?.Invoke() };
        request.Headers.Authorization = _authorization;
        if (call.Method == HttpMethod.Post)
        {
            request.Headers.Add(IdempotencyKey, idempotencyKey);
        }

        if (call.Accept is { } accept)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
    }

    private static JsonContent? JsonOf(object? body) => body is null ? null : JsonContent.Create(body, body.GetType(), options: ClientJson.Options);

    // The answer to the first attempt was lost, and the thing is gone.
    private static bool IsRepeatedDelete(Call call, HttpResponseMessage answer, int attempt) =>
        attempt > 1 && call.Method == HttpMethod.Delete && answer.StatusCode == HttpStatusCode.NotFound;

    private static bool IsOfTheNetwork(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string NotReached(Exception error) =>
        $"The platform was not reached: {(error is OperationCanceledException ? "there was no answer in time." : error.Message)}";

    private static bool Passes(BatchPlatformException refusal) => refusal.Status switch
    {
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => true,
        HttpStatusCode.TooManyRequests => refusal.RetryAfter is not null,
        HttpStatusCode.Conflict => refusal.Code is "REQUEST_IN_PROGRESS" or "APPEND_IN_PROGRESS",
        _ => false,
    };

    private async Task<BatchPlatformException> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using (answer)
        {
            return new BatchPlatformException(answer.StatusCode, await ProblemOfAsync(answer, cancellationToken), Asked(answer.Headers.RetryAfter));
        }
    }

    // What stands between, such as a proxy, refuses in words of its own.
    private static async Task<Problem?> ProblemOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
        {
            return null;
        }

        try
        {
            return await answer.Content.ReadFromJsonAsync<Problem>(ClientJson.Options, cancellationToken) is { Code: not null } problem ? problem : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header) => header?.Delta ?? header?.Date - options.Time.GetUtcNow();

    private TimeSpan DelayBefore(int attempt, TimeSpan? askedFor)
    {
        var bound = options.BaseDelay * Math.Pow(2, Math.Min(attempt - 1, MaxDoublings));
        var delay = (bound < options.MaxDelay ? bound : options.MaxDelay) * Random.Shared.NextDouble();
        return askedFor > delay ? askedFor.Value : delay;
    }
}

/// <summary>A request that can be sent again.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path and query.</param>
internal sealed record Call(HttpMethod Method, string Path)
{
    /// <summary>Makes the body, anew for each attempt.</summary>
    public Func<HttpContent?>? Content { get; init; }

    /// <summary>What makes repetitions of a POST one request; drawn when null.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The media type that is asked for.</summary>
    public string? Accept { get; init; }

    /// <summary>It carries much, and may take long.</summary>
    public bool IsLong { get; init; }
}

/// <summary>A part of a list, on the wire.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
