namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>Searches: added, listed, found, changed, removed and downloaded.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SearchTests(DialectHost host)
{
    private readonly TrajectClient _client = new(host.Client);

    [Fact]
    public async Task Searches_are_added_and_counted_at_once()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");

        var reply = await _client.PutAsync(id, """{"searches":[{"q":"Paris","custom_id":"second"},{"q":"Rome","search_type":"images"}]}""");

        Assert.Equal(3, (int)reply.Json["batch"]!["searches_total_count"]!);
        var listed = await _client.GetAsync($"{id}/searches/1");
        Assert.Equal((1, 1), ((int)listed.Json["searches_page_current"]!, (int)listed.Json["searches_page_count"]!));
        Assert.Equal(["London", "Paris", "Rome"], listed.Json["searches"]!.AsArray().Select(search => (string)search!["q"]!));
        Assert.Equal("second", (string)listed.Json["searches"]![1]!["custom_id"]!);
    }

    [Fact]
    public async Task A_form_may_spell_searches_out()
    {
        var id = await _client.BatchAsync();

        await _client.AskAsync(HttpMethod.Put, id, Http.Form(("searches[0][q]", "pizza"), ("searches[1][q]", "beer"), ("searches[1][search_type]", "news")));

        var listed = (await _client.GetAsync($"{id}/searches/1")).Json["searches"]!.AsArray();
        Assert.Equal(["pizza", "beer"], listed.Select(search => (string)search!["q"]!));
        Assert.Equal(1, (int)(await _client.GetAsync(id)).Json["batch"]!["searches_per_type_count"]!["news"]!);
    }

    [Fact]
    public async Task Settings_and_searches_may_come_together()
    {
        var id = await _client.BatchAsync();

        var batch = (await _client.PutAsync(id, """{"name":"renamed","searches":[{"q":"Paris"}]}""")).Json["batch"]!;

        Assert.Equal(("renamed", 1), ((string)batch["name"]!, (int)batch["searches_total_count"]!));
    }

    [Theory]
    [InlineData("q=hotel", 1)]
    [InlineData("q=HOTEL", 1)]
    [InlineData("q=mine", 1)]
    [InlineData("q=nothing", 0)]
    [InlineData("custom_id=mine-1", 1)]
    [InlineData("custom_id=mine", 0)]
    public async Task Searches_are_found(string query, int count)
    {
        var id = await _client.BatchAsync("""{"q":"hotels in London"}""", """{"q":"Paris","custom_id":"mine-1"}""");

        var found = await _client.GetAsync($"{id}/searches/1?{query}");

        Assert.Equal(count, found.Json["searches"]!.AsArray().Count);
        Assert.Equal(count, (int)found.Json["searches_page_count"]!);
    }

    [Fact]
    public async Task A_changed_search_keeps_its_id_and_what_was_not_changed()
    {
        var id = await _client.BatchAsync("""{"q":"London","location":"United Kingdom","custom_id":"a"}""", """{"q":"Paris"}""");
        var search = (await _client.SearchIdsAsync(id))[0];

        var reply = await _client.PutAsync($"{id}/{search}", """{"q":"Leeds","custom_id":"b"}""");

        Assert.Equal("""{"request_info":{"success":true},"search":{"q":"Leeds","custom_id":"b"}}""", reply.Text);
        var listed = (await _client.GetAsync($"{id}/searches/1")).Json["searches"]!;
        Assert.Equal($$"""{"id":"{{search}}","custom_id":"b","q":"Leeds","location":"United Kingdom"}""", listed[0]!.ToJsonString());
    }

    [Fact]
    public async Task Searches_are_removed_one_by_one_several_at_once_and_all()
    {
        var id = await _client.BatchAsync([.. Enumerable.Range(0, 5).Select(n => $$"""{"q":"London {{n}}"}""")]);
        var searches = await _client.SearchIdsAsync(id);

        Assert.Equal("""{"request_info":{"success":true,"message":"Search deleted"}}""", (await _client.DeleteAsync($"{id}/{searches[1]}")).Text);
        Assert.Equal(404, (await _client.DeleteAsync($"{id}/{searches[1]}")).Status);
        Assert.Equal("""{"request_info":{"success":true}}""", (await _client.DeleteAsync($"{id}/searches", $$"""["{{searches[0]}}","{{searches[4]}}"]""")).Text);
        Assert.Equal(404, (await _client.DeleteAsync($"{id}/searches", $$"""["{{searches[2]}}","{{searches[0]}}"]""")).Status);
        Assert.Equal([searches[2], searches[3]], await _client.SearchIdsAsync(id));
        Assert.Equal("""{"request_info":{"success":true,"message":"Batch searches cleared"}}""", (await _client.DeleteAsync($"{id}/clear")).Text);
        Assert.Equal(0, (int)(await _client.GetAsync(id)).Json["batch"]!["searches_total_count"]!);
    }

    [Fact]
    public async Task An_older_result_set_still_shows_the_searches_as_they_were()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""", """{"q":"Paris"}""");
        await _client.RunAsync(id);
        var searches = await _client.SearchIdsAsync(id);
        await _client.PutAsync($"{id}/{searches[0]}", """{"q":"Leeds"}""");
        await _client.DeleteAsync($"{id}/{searches[1]}");
        await _client.RunAsync(id);

        Assert.Equal(["London", "Paris"], await QueriesAsync(1));
        Assert.Equal(["Leeds"], await QueriesAsync(2));

        async Task<List<string>> QueriesAsync(int set)
        {
            var link = (string)(await _client.GetAsync($"{id}/results/{set}")).Json["result"]!["download_links"]!["pages"]![0]!;
            return [.. (await _client.GetAsync(link)).Json.AsArray().Select(record => (string)record!["search"]!["q"]!).Order()];
        }
    }

    [Theory]
    [InlineData("json", "[{\"id\":\"*\",\"custom_id\":\"a,b\",\"q\":\"London\"},{\"id\":\"*\",\"q\":\"Paris\",\"num\":10}]")]
    [InlineData("csv", "id,custom_id,num,q\r\n*,\"a,b\",,London\r\n*,,10,Paris\r\n")]
    public async Task Searches_can_be_downloaded_without_a_key_by_the_links_given(string format, string file)
    {
        var id = await _client.BatchAsync("""{"q":"London","custom_id":"a,b"}""", """{"q":"Paris","num":10}""");
        var searches = await _client.SearchIdsAsync(id);

        var links = (await _client.GetAsync($"{id}/searches/{format}")).Json;
        var text = (await host.Client.AskAsync(HttpMethod.Get, (string)links["download_links"]!["pages"]!.AsArray().Single()!)).Text;

        Assert.Equal((2, 1), ((int)links["searches_total_count"]!, (int)links["searches_page_count"]!));
        Assert.Equal(file, text.Replace(searches[0], "*", StringComparison.Ordinal).Replace(searches[1], "*", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"searches":{}}""")]
    [InlineData("""{"searches":"London"}""")]
    [InlineData("""{"searches":["London"]}""")]
    [InlineData("""{"searches":[{"q":"London","search_type":"smells"}]}""")]
    [InlineData("""{"searches":[{"q":"London","search_type":7}]}""")]
    [InlineData("""{"searches":[{"q":"London"},{"q":"Paris","custom_id":"\u0000"}]}""")]
    [InlineData("""{"searches":"[{\"q\":\"London\",\"q\":\"Paris\"}]"}""")]
    [InlineData("""{"searches":"[{\"q\":\"\\ud800\"}]"}""")]
    public async Task Searches_that_cannot_be_taken_are_refused_and_none_is_added(string body)
    {
        var id = await _client.BatchAsync();

        var reply = await _client.PutAsync(id, body);

        Assert.Equal(400, reply.Status);
        Assert.False((bool)reply.Json["request_info"]!["success"]!);
        Assert.Equal(0, (int)(await _client.GetAsync(id)).Json["batch"]!["searches_total_count"]!);
    }

    [Fact]
    public async Task Ids_to_remove_that_are_no_text_are_refused()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");

        Assert.Equal(400, (await _client.DeleteAsync($"{id}/searches", """["\ud800"]""")).Status);
        Assert.Single(await _client.SearchIdsAsync(id));
    }

    [Fact]
    public async Task More_than_a_thousand_searches_at_once_are_refused()
    {
        var id = await _client.BatchAsync();
        var search = """{"q":"London"}""";

        Assert.Equal(400, (await _client.PutAsync(id, $$"""{"searches":[{{string.Join(',', Enumerable.Repeat(search, 1001))}}]}""")).Status);
        var taken = await _client.PutAsync(id, $$"""{"searches":[{{string.Join(',', Enumerable.Repeat(search, 1000))}}]}""");
        await _client.PutAsync(id, """{"searches":[{"q":"the last"}]}""");

        Assert.Equal(1, (int)taken.Json["batch"]!["searches_page_count"]!);
        var second = await _client.GetAsync($"{id}/searches/2");
        Assert.Equal((2, 2), ((int)second.Json["searches_page_current"]!, (int)second.Json["searches_page_count"]!));
        Assert.Equal("the last", (string)second.Json["searches"]!.AsArray().Single()!["q"]!);
    }

    [Fact]
    public async Task Searches_of_a_running_batch_cannot_be_touched()
    {
        await using var held = await HeldSearches.HoldAsync(host);
        var id = await _client.BatchAsync("""{"q":"London"}""");
        var search = (await _client.SearchIdsAsync(id))[0];
        await _client.GetAsync($"{id}/start");

        Assert.Equal(400, (await _client.PutAsync(id, """{"searches":[{"q":"Paris"}]}""")).Status);
        Assert.Equal(400, (await _client.PutAsync($"{id}/{search}", """{"q":"Paris"}""")).Status);
        Assert.Equal(400, (await _client.DeleteAsync($"{id}/{search}")).Status);
        Assert.Equal(400, (await _client.DeleteAsync($"{id}/clear")).Status);
        Assert.Equal(400, (await _client.DeleteAsync(id)).Status);
        await _client.GetAsync($"{id}/stop");
    }
}
