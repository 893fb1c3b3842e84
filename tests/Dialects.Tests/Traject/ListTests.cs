namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>The list of batches, and what it reads for that.</summary>
[Collection(nameof(OnePlatform))]
public sealed class ListTests(DialectHost host)
{
    [Fact]
    public async Task Batches_are_found_by_their_destinations()
    {
        var client = new TrajectClient(host.Client, key: await host.AddKeyAsync("sender", "sender"));
        foreach (var (name, ids) in new[] { ("a", """["AB","C\u00e9"]"""), ("b", "\"AB\""), ("c", "[]"), ("d", """["ABC"]""") })
        {
            await client.CreateAsync($$"""{"name":"{{name}}","destination_ids":{{ids}}}""");
        }

        Assert.Equal("ab", await NamesAsync("AB"));
        Assert.Equal("a", await NamesAsync("C%C3%A9"));
        Assert.Equal("", await NamesAsync("manual"));

        async Task<string> NamesAsync(string destination) =>
            string.Concat((await client.GetAsync($"?destination_id={destination}")).Json["batches"]!.AsArray().Select(batch => (string)batch!["name"]!));
    }

    [Fact]
    public async Task More_batches_than_are_read_at_once_are_all_looked_at()
    {
        var client = new TrajectClient(host.Client, key: await host.AddKeyAsync("many", "many"));
        foreach (var n in Enumerable.Range(0, 201))
        {
            await client.CreateAsync($$"""{"name":"{{n}}","destination_ids":"{{(n % 100 == 0 ? "AB" : "CD")}}"}""");
        }

        Assert.Equal(3, (int)(await client.GetAsync("?destination_id=AB")).Json["total_count"]!);
    }

    [Theory]
    [InlineData("?page_size=1")]
    [InlineData("?page_size=1&destination_id=AB")]
    public async Task The_settings_of_all_batches_are_never_read_at_once(string query)
    {
        var client = new TrajectClient(host.Client, key: await host.AddKeyAsync("looker", $"looker{Guid.NewGuid():N}"));
        await client.CreateAsync("""{"name":"a","destination_ids":"AB"}""");
        using var asked = new AskedCommands();

        Assert.Equal(1, (int)(await client.GetAsync(query)).Json["total_count"]!);

        Assert.NotEmpty(asked.OfDialects);
        Assert.All(asked.OfDialects.Where(text => text.Contains("dialect_document", StringComparison.Ordinal)), text => Assert.Contains("LIMIT", text, StringComparison.Ordinal));
    }
}
