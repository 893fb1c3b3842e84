using BatchPlatform.Store.Security;
using BatchPlatform.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Tests.Security;

public sealed class SignedLinksTests
{
    private const string Path = "/v1/batches/1/results";
    private readonly FakeClock _clock = new();

    [Fact]
    public void A_link_says_whose_it_is_until_it_expires()
    {
        var links = Links();
        var link = Sign(links, "acme & sons");

        Assert.Equal((LinkVerdict.Valid, "acme & sons"), Check(links, link));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(LinkVerdict.Expired, Check(links, link).Verdict);
    }

    [Theory]
    [InlineData("tenant=acme", "tenant=other")]
    [InlineData("format=csv", "format=json")]
    [InlineData("run=1", "run=2")]
    [InlineData("run=1&", "")]
    [InlineData("run=1", "run=1&run=2")]
    [InlineData("run=1", "run=1&state=Failed")]
    [InlineData("expires=", "expires=9")]
    [InlineData("signature=", "signature=A")]
    [InlineData("/batches/1/", "/batches/2/")]
    [InlineData("/results", "/jobs")]
    public void A_link_that_was_changed_opens_nothing(string part, string other)
    {
        var links = Links();
        var link = Sign(links, "acme");
        Assert.Contains(part, link, StringComparison.Ordinal);

        Assert.Equal(LinkVerdict.Invalid, Check(links, link.Replace(part, other, StringComparison.Ordinal)).Verdict);
    }

    [Fact]
    public void A_download_by_a_link_can_be_resumed()
    {
        var links = Links();

        Assert.Equal(LinkVerdict.Valid, Check(links, Sign(links, "acme") + "&after=99").Verdict);
    }

    [Fact]
    public void Only_reading_is_opened()
    {
        var links = Links();

        Assert.Equal(LinkVerdict.Invalid, Check(links, Sign(links, "acme"), "DELETE").Verdict);
    }

    [Fact]
    public void A_link_for_an_upload_is_good_for_that_alone()
    {
        var links = Links();
        var link = links.Sign("PUT", "acme", "/datasets/1/upload", "csv", _clock.GetUtcNow().AddHours(1), [KeyValuePair.Create("filename", "a & b.csv")]);

        Assert.Equal((LinkVerdict.Valid, "acme"), Check(links, link, "PUT"));
        Assert.Equal(LinkVerdict.Invalid, Check(links, link).Verdict);
        Assert.Equal(LinkVerdict.Invalid, Check(links, link.Replace("a%20", "b%20", StringComparison.Ordinal), "PUT").Verdict);
    }

    [Fact]
    public void Another_master_key_signs_otherwise() => Assert.Equal(LinkVerdict.Invalid, Check(Links('B'), Sign(Links('A'), "acme")).Verdict);

    [Fact]
    public void A_link_of_a_former_master_key_stays_good_until_that_key_is_forgotten()
    {
        var link = Sign(Links('A'), "acme");

        Assert.Equal((LinkVerdict.Valid, "acme"), Check(Links('B', 'C', 'A'), link));
        Assert.Equal(LinkVerdict.Invalid, Check(Links('B', 'C'), link).Verdict);
    }

    [Fact]
    public void Links_are_signed_with_the_key_of_now() => Assert.Equal(LinkVerdict.Valid, Check(Links('B'), Sign(Links('B', 'A'), "acme")).Verdict);

    private SignedLinks Links(char key = 'A', params char[] former) => new(Master(key, former), _clock);

    // A configured key is used without a look into the store.
    private MasterKey Master(char key, char[] former)
    {
        var options = new SecurityOptions { MasterKey = Key(key) };
        foreach (var other in former)
        {
            options.FormerMasterKeys.Add(Key(other));
        }

        return new MasterKey(store: null!, Options.Create(options), _clock, NullLogger<MasterKey>.Instance);
    }

    private static string Key(char letter) => new string(letter, 43) + "=";

    private string Sign(SignedLinks links, string tenant) => links.Sign(tenant, Path, "csv", _clock.GetUtcNow().AddHours(1), new KeyValuePair<string, string>("run", "1"));

    private static (LinkVerdict Verdict, string Tenant) Check(SignedLinks links, string link, string method = "GET")
    {
        var parts = link.Split('?');
        var query = parts[1].Split('&').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], Uri.UnescapeDataString(pair[1])));
        return links.Check(method, parts[0], [.. query]);
    }
}
