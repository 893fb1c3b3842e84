using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

public sealed class StatusRangesTests
{
    [Theory]
    [InlineData(199, false)]
    [InlineData(200, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(404, true)]
    public void A_status_is_within_a_range_or_named(int status, bool contained) =>
        Assert.Equal(contained, new StatusRanges(["200-299", "404"]).Contains(status));

    [Theory]
    [InlineData("")]
    [InlineData("2xx")]
    [InlineData("299-200")]
    [InlineData("200-250-299")]
    [InlineData("99")]
    [InlineData("600")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => new StatusRanges([text]));
}
