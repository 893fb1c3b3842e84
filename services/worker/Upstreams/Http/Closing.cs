using System.Net;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Whether an answer asks everybody to leave the upstream alone: a 429, or a 503 that says for how long.</summary>
internal static class Closing
{
    private static readonly TimeSpan Unsaid = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <returns>Until when, UTC, 1 s to 1 h from now; null for any other answer.</returns>
    public static DateTime? Until(HttpResponseMessage response, DateTimeOffset now) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => (now + Wait(response, now)).UtcDateTime,
        HttpStatusCode.ServiceUnavailable when response.Headers.Contains("Retry-After") => (now + Wait(response, now)).UtcDateTime,
        _ => null,
    };

    private static TimeSpan Wait(HttpResponseMessage response, DateTimeOffset now)
    {
        var said = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - now : null;
        return said is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, Shortest.Ticks, Longest.Ticks)) : Unsaid;
    }
}
