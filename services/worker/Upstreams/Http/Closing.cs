using System.Net;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Whether an answer asks everybody to leave the upstream alone: a 429, or a 503 that says for how long.</summary>
internal static class Closing
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <returns>Until when, 1 s to 1 h from now, where it says that; null for any other answer.</returns>
    public static UpstreamClosing? Of(HttpResponseMessage response, DateTimeOffset now) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => new UpstreamClosing(Said(response, now)),
        HttpStatusCode.ServiceUnavailable when response.Headers.Contains("Retry-After") => new UpstreamClosing(Said(response, now)),
        _ => null,
    };

    private static DateTime? Said(HttpResponseMessage response, DateTimeOffset now)
    {
        var said = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - now : null;
        return said is { } wait ? (now + TimeSpan.FromTicks(Math.Clamp(wait.Ticks, Shortest.Ticks, Longest.Ticks))).UtcDateTime : null;
    }
}
