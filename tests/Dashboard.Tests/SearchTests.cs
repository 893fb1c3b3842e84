using BatchPlatform.Client;
using BatchPlatform.Dashboard.Searching;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Searches as they stand in an address.</summary>
public sealed class SearchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_search_says_the_same_in_an_address_and_to_the_API()
    {
        var search = BatchSearch.Of(Query("?name=digest&state=Finished&age=over-30d&error_code=UPSTREAM_STATUS&tenant=reports&sort=name"));

        Assert.Equal(search, BatchSearch.Of(Query(QueryString.Create(search.Parameters).ToString())));
        Assert.Equal(
            new BatchFilter { Name = "digest", State = BatchState.Finished, ErrorCode = "UPSTREAM_STATUS", Tenant = "reports", CreatedBefore = Now.AddDays(-30) },
            search.Filter(Now));
        Assert.Equal("Finished, with “digest” in the name, of the tenant reports, created more than 30 days ago, with a job that failed with UPSTREAM_STATUS", search.InWords());
    }

    [Theory]
    [InlineData("?state=Nonsense")]
    [InlineData("?state=7")]
    [InlineData("?age=forever")]
    [InlineData("?sort=colour")]
    [InlineData("?name=%20")]
    public void What_makes_no_sense_is_left_out(string address) => Assert.False(BatchSearch.Of(Query(address)).IsNarrow);

    private static QueryCollection Query(string address) => new(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address));
}
