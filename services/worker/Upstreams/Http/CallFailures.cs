using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Says of a call without a usable answer what happened to it. Each may pass, so each is worth another attempt.</summary>
internal static class CallFailures
{
    /// <summary>Whether the call cannot have taken effect, because there was nobody to send it to.</summary>
    public static bool NothingWasSent(HttpRequestException error) => error.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;

    public static CallEnd Of(Exception error) => error switch
    {
        HttpRequestException request => Of(request.HttpRequestError),
        HttpIOException answer => Of(answer.HttpRequestError),
        IOException => Of(HttpRequestError.ResponseEnded),
        // What unpacks an answer has its own words for data that it cannot read.
        _ => Failed(ErrorCodes.UpstreamInvalidResponse, "The response is not compressed as it says."),
    };

    public static CallEnd Timeout(TimeSpan after, bool withinAnswer) => Failed(
        ErrorCodes.UpstreamTimeout,
        withinAnswer ? $"The response had not ended after {after.TotalSeconds} s." : $"No answer within {after.TotalSeconds} s.");

    private static CallEnd Of(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => Failed(ErrorCodes.UpstreamNameUnresolved, "The upstream's host name has no address."),
        HttpRequestError.ConnectionError => Failed(ErrorCodes.UpstreamUnreachable, "The upstream took no connection."),
        HttpRequestError.SecureConnectionError => Failed(ErrorCodes.UpstreamTlsFailed, "No secure connection could be made: the certificate or the handshake failed."),
        HttpRequestError.InvalidResponse => Failed(ErrorCodes.UpstreamInvalidResponse, "What the upstream answered is not HTTP."),
        HttpRequestError.ConfigurationLimitExceeded => Failed(ErrorCodes.UpstreamInvalidResponse, "The headers of the response are too long."),
        _ => Failed(ErrorCodes.UpstreamConnectionLost, "The connection broke before the response had ended."),
    };

    private static CallEnd Failed(string code, string message) => CallEnd.Failed(code, message, repeatable: true);
}
