using System.Net;
using System.Net.Http.Headers;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>Asks for an access token. Nothing of what the endpoint answers but a known error word gets into a message or a log.</summary>
/// <param name="address">The endpoint.</param>
/// <param name="client">The secret's two halves, which the secret's binding has released for <paramref name="address"/>.</param>
/// <param name="scope">What is asked for; null to leave it to the server.</param>
/// <param name="secret">The secret's name.</param>
internal sealed partial class TokenEndpoint(
    Uri address, (string Id, string Secret) client, string? scope, string secret, HttpMessageInvoker http, TimeProvider time, ILogger logger)
{
    private const int MaxBytes = 64 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Never fails: what went wrong is in the answer.</summary>
    public async Task<TokenAnswer> AskAsync()
    {
        var answer = await AskAsync(time.GetTimestamp());
        if (answer.Header is null)
        {
            Log.NoToken(logger, secret, answer.ErrorCode, answer.ErrorMessage);
        }

        return answer;
    }

    private async Task<TokenAnswer> AskAsync(long askedAt)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        try
        {
            using var request = CreateRequest();
            using var response = await http.SendAsync(request, limit.Token);
            var body = await BoundedContent.ReadAsync(response.Content, MaxBytes, limit.Token);
            return response.StatusCode == HttpStatusCode.OK ? Read(body, askedAt) : Refusal(response.StatusCode, body);
        }
        catch (OperationCanceledException)
        {
            return Unavailable($"did not answer within {Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException error)
        {
            return Unavailable($"could not be reached ({error.HttpRequestError})");
        }
        catch (Exception)
        {
            // Broken off or badly compressed; the exception might quote what was sent.
            return Unavailable("broke off its answer");
        }
    }

    // The server must know basic authentication, with both halves escaped as in a form (RFC 6749, 2.3.1).
    private HttpRequestMessage CreateRequest()
    {
        var fields = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (scope is { Length: > 0 })
        {
            fields.Add(new("scope", scope));
        }

        var pair = $"{WebUtility.UrlEncode(client.Id)}:{WebUtility.UrlEncode(client.Secret)}";
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private TokenAnswer Read(ReadOnlyMemory<byte>? body, long askedAt)
    {
        if (TokenJson.Read(body) is not { AccessToken: { Length: > 0 } token } answer || !ParamText.FitsHeader(token))
        {
            return Unavailable("gave no access token");
        }

        var header = new AuthHeader("Authorization", $"Bearer {token}", new Scrubber(token, client.Secret));
        return TokenAnswer.Given(header, askedAt, answer.Life);
    }

    private TokenAnswer Refusal(HttpStatusCode status, ReadOnlyMemory<byte>? body)
    {
        var answered = TokenJson.Read(body)?.KnownError is { } error ? $"answered with status {(int)status} ({error})" : $"answered with status {(int)status}";
        return (int)status is >= 400 and < 500 and not (408 or 429) ? Refused(answered) : Unavailable(answered);
    }

    private TokenAnswer Refused(string how) => Failed(ErrorCodes.UpstreamAuthRefused, how, repeatable: false);

    private TokenAnswer Unavailable(string how) => Failed(ErrorCodes.UpstreamAuthUnavailable, how, repeatable: true);

    private TokenAnswer Failed(string code, string how, bool repeatable) =>
        TokenAnswer.Refused(code, $"There is no access token: the token endpoint for secret '{secret}' {how}.", repeatable, time.GetTimestamp());

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Secret {Secret} got no access token, {Code}: {Why}")]
        public static partial void NoToken(ILogger logger, string secret, string code, string why);
    }
}
