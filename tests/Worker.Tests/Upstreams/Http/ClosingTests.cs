using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class ClosingTests
{
    [Theory]
    [InlineData(429, "30", 30)]
    [InlineData(429, "Thu, 01 Jan 2026 00:02:00 GMT", 120)]
    [InlineData(429, "0", 1)]
    [InlineData(429, "Wed, 31 Dec 2025 00:00:00 GMT", 1)]
    [InlineData(429, "86400", 3600)]
    [InlineData(503, "30", 30)]
    public void An_upstream_is_closed_for_as_long_as_it_says_within_bounds(int status, string? retryAfter, int seconds) =>
        Assert.Equal(new UpstreamClosing(Given.Start.AddSeconds(seconds)), Of(status, retryAfter));

    [Theory]
    [InlineData(429, null)]
    [InlineData(429, "soon")]
    [InlineData(503, "soon")]
    public void For_how_long_is_left_to_others_where_it_does_not_say(int status, string? retryAfter) =>
        Assert.Equal(new UpstreamClosing(Until: null), Of(status, retryAfter));

    [Theory]
    [InlineData(503, null)]
    [InlineData(500, "30")]
    [InlineData(301, "30")]
    [InlineData(200, null)]
    public void Any_other_answer_closes_nothing(int status, string? retryAfter) => Assert.Null(Of(status, retryAfter));

    private static UpstreamClosing? Of(int status, string? retryAfter)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfter is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        return Closing.Of(response, new DateTimeOffset(Given.Start));
    }
}
