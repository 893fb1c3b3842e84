using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Defaults;
using BatchPlatform.Store.Security;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier;

/// <summary>What came of one attempt.</summary>
/// <param name="StatusCode">The receiver's status; 0 when there was none.</param>
/// <param name="Answer">The first 4 KiB of its answer, or what went wrong.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
public sealed record AttemptResult(int StatusCode, string Answer, TimeSpan? RetryAfter = null)
{
    /// <summary>The receiver took it.</summary>
    public bool Delivered => StatusCode is >= 200 and < 300;

    /// <summary>The receiver says that it is gone for good.</summary>
    public bool Gone => StatusCode == (int)HttpStatusCode.Gone;
}

/// <summary>Signs a delivery and posts it to its receiver, once. Redirects are not followed: they would lead past what was checked.</summary>
public sealed class CallbackSender(AddressGuard guard, SecretBox box, IOptions<NotifierOptions> options, TimeProvider time) : IDisposable
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
    public async Task<AttemptResult> SendAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (guard.FaultOf(claim.Delivery.Url, claim.AllowHttp) is { } fault)
        {
            return new AttemptResult(0, $"The callback's address {fault}.");
        }

        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(claim);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new AttemptResult((int)response.StatusCode, await BeginningAsync(response, either.Token), RetryAfter(response));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return new AttemptResult(0, Explain(error));
        }
    }

    public void Dispose() => _client.Dispose();

    /// <exception cref="CryptographicException">A secret cannot be read.</exception>
    private HttpRequestMessage Request(Claim claim)
    {
        var (delivery, timestamp) = (claim.Delivery, time.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url)
        {
            Content = new ByteArrayContent(delivery.Body),
            Headers =
            {
                { "webhook-id", delivery.Id.ToString("D") },
                { "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
                { "batch-id", delivery.BatchId.ToString("D") },
                { "batch-event", delivery.Event },
            },
        };
        if (delivery.ContentType is not null)
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(delivery.ContentType, "utf-8");
        }

        if (claim.Secrets.Count > 0)
        {
            var secrets = claim.Secrets.Select(secret => box.Unprotect(secret.Protected));
            request.Headers.Add("webhook-signature", CallbackSignature.Of(secrets, delivery.Id.ToString("D"), timestamp, delivery.Body));
        }

        return request;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
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
        CryptographicException => "Not sent: the callback's secret cannot be read with this Security:MasterKey.",
        HttpRequestException { InnerException: AddressRefusedException refused } => refused.Message,
        HttpRequestException request => $"No answer: {request.HttpRequestError}.",
        _ => "No answer.",
    };
}
