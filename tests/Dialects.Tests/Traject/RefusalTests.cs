namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>What is refused, always in the vendor's envelope.</summary>
[Collection(nameof(OnePlatform))]
public sealed class RefusalTests(DialectHost host)
{
    private readonly TrajectClient _client = new(host.Client);

    public static TheoryData<string, string> OfBatch => new()
    {
        { "GET", "{0}" }, { "PUT", "{0}" }, { "DELETE", "{0}" }, { "GET", "{0}/start" }, { "GET", "{0}/stop" }, { "GET", "{0}/searches/1" },
        { "GET", "{0}/searches/json" }, { "GET", "{0}/searches/csv" }, { "PUT", "{0}/100000" }, { "DELETE", "{0}/100000" }, { "DELETE", "{0}/clear" },
        { "GET", "{0}/results" }, { "GET", "{0}/results/1" }, { "GET", "{0}/results/1/jsonlines" }, { "GET", "{0}/results/1/csv" },
        { "GET", "{0}/results/1/resendwebhook" },
    };

    [Theory]
    [MemberData(nameof(OfBatch))]
    public async Task An_unknown_batch_is_404_everywhere(string method, string path)
    {
        foreach (var id in new[] { "FFFFFFFFF", "no-id" })
        {
            var reply = await _client.AskAsync(new HttpMethod(method), string.Format(null, path, id));
            Assert.Equal($$$"""404 {"request_info":{"success":false,"message":"Batch with ID '{{{id}}}' was not found"}}""", reply.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(OfBatch))]
    public async Task Another_tenants_batch_is_unknown_and_a_wrong_key_is_401(string method, string path)
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");
        var stranger = new TrajectClient(host.Client, key: await host.AddKeyAsync($"stranger{Guid.NewGuid():N}", "stranger"));
        var nobody = new TrajectClient(host.Client, key: "wrong");

        Assert.Equal(404, (await stranger.AskAsync(new HttpMethod(method), string.Format(null, path, id))).Status);
        var refused = await nobody.AskAsync(new HttpMethod(method), string.Format(null, path, id));
        Assert.Equal("""401 {"request_info":{"success":false,"message":"The API key is missing or invalid: pass yours as api_key"}}""", refused.ToString());
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"x","schedule_type":"yearly"}""", "schedule_type")]
    [InlineData("""{"name":"x","schedule_type":"weekly"}""", "schedule_")]
    [InlineData("""{"name":"x","schedule_type":"weekly","schedule_hours":[8]}""", "schedule_days_of_week")]
    [InlineData("""{"name":"x","schedule_type":"weekly","schedule_days_of_week":[1]}""", "schedule_hours")]
    [InlineData("""{"name":"x","schedule_type":"daily","schedule_hours":[24]}""", "schedule_hours")]
    [InlineData("""{"name":"x","schedule_type":"monthly","schedule_hours":[1],"schedule_days_of_month":"0"}""", "schedule_days_of_month")]
    [InlineData("""{"name":"x","schedule_type":"minutes","schedule_minutes":"every_7_minutes"}""", "schedule_minutes")]
    [InlineData("""{"name":"x","schedule_type":"daily","schedule_hours":"eight"}""", "schedule_hours")]
    [InlineData("""{"name":"x","priority":"urgent"}""", "priority")]
    [InlineData("""{"name":"x","enabled":"perhaps"}""", "enabled")]
    [InlineData("""{"name":"x","notification_webhook":"ftp://example.org"}""", "notification_webhook")]
    [InlineData("""{"name":"x","notification_webhook":"http://10.0.0.1/"}""", "notification_webhook")]
    public async Task A_parameter_that_cannot_be_taken_is_400_and_named(string body, string name)
    {
        var reply = await _client.CreateAsync(body);

        Assert.Equal(400, reply.Status);
        Assert.Contains($"'{name}", (string)reply.Json["request_info"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_and_settings_have_bounds()
    {
        var longest = string.Join(',', Enumerable.Repeat($"\"{new string('d', 150)}\"", 100));
        string[] bodies =
        [
            $$"""{"name":"x","destination_ids":[{{string.Join(',', Enumerable.Range(0, 101).Select(n => $"\"{n}\""))}}]}""",
            $$"""{"name":"x","destination_ids":["{{new string('d', 201)}}"]}""",
            """{"name":"x","destination_ids":["a\u0000"]}""",
            $$"""{"name":"x","schedule_hours":"{{string.Join(',', Enumerable.Repeat("8", 101))}}"}""",
            $$"""{"name":"x","destination_ids":[{{longest}}],"notification_email":"{{new string('e', 2000)}}"}""",
        ];

        foreach (var body in bodies)
        {
            var reply = await _client.CreateAsync(body);
            Assert.Equal(400, reply.Status);
            Assert.Matches("'(destination_ids|schedule_hours)' must have at most 100 items|'settings' of a Batch must have at most 16384 bytes", (string)reply.Json["request_info"]!["message"]!);
        }

        var id = TrajectClient.IdOf(await _client.CreateAsync($$"""{"name":"x","destination_ids":[{{longest}}]}"""));
        Assert.Equal(400, (await _client.PutAsync(id, $$"""{"notification_email":"{{new string('e', 2000)}}"}""")).Status);
    }

    [Theory]
    [InlineData("POST", "", "{\"name\":")]
    [InlineData("POST", "", "{\"name\":\"a\",\"name\":\"b\"}")]
    public async Task A_body_that_is_no_json_is_400(string method, string path, string body) =>
        Assert.Equal(400, (await _client.AskAsync(new HttpMethod(method), path, Http.Json(body))).Status);

    [Theory]
    [InlineData("?page=0")]
    [InlineData("?page_size=1001")]
    [InlineData("?sort_by=colour")]
    [InlineData("?status=asleep")]
    [InlineData("?created_after=yesterday")]
    public async Task A_list_that_makes_no_sense_is_400(string query) => Assert.Equal(400, (await _client.GetAsync(query)).Status);

    [Fact]
    public async Task Unknown_searches_and_result_sets_are_404()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");
        var other = (await _client.SearchIdsAsync(await _client.BatchAsync("""{"q":"London"}""")))[0];

        foreach (var search in new[] { other, "XYZ", "0" })
        {
            Assert.Equal(
                $$$"""404 {"request_info":{"success":false,"message":"No Search with ID '{{{search}}}' was found in this Batch, please check the ID and try again"}}""",
                (await _client.DeleteAsync($"{id}/{search}")).ToString());
        }

        Assert.Equal(404, (await _client.GetAsync($"{id}/results/1")).Status);
        Assert.Equal(400, (await _client.GetAsync($"{id}/searches/0")).Status);
        Assert.Equal(400, (await _client.DeleteAsync($"{id}/searches", "{}")).Status);
    }

    [Fact]
    public async Task A_wrong_verb_and_a_wrong_path_are_404_and_destinations_501()
    {
        var id = await _client.BatchAsync();

        foreach (var (method, path) in new[] { ("PATCH", id), ("POST", $"{id}/start"), ("GET", $"{id}/nothing/at/all") })
        {
            var reply = await _client.AskAsync(new HttpMethod(method), path);
            Assert.Equal(404, reply.Status);
            Assert.False((bool)reply.Json["request_info"]!["success"]!);
        }

        foreach (var (method, path) in new[] { ("GET", "/destinations"), ("POST", "/destinations"), ("PUT", "/destinations/AB"), ("DELETE", "/live/destinations/AB") })
        {
            var reply = await _client.AskAsync(new HttpMethod(method), path);
            Assert.Equal(501, reply.Status);
            Assert.False((bool)reply.Json["request_info"]!["success"]!);
        }
    }

    [Fact]
    public async Task An_empty_batch_cannot_be_started_and_a_key_that_may_only_read_changes_nothing()
    {
        var id = await _client.BatchAsync();
        var reader = new TrajectClient(host.Client, key: await host.AddKeyAsync($"reader{Guid.NewGuid():N}", "default", "read"));

        Assert.Equal(400, (await _client.GetAsync($"{id}/start")).Status);
        Assert.Equal(200, (await reader.GetAsync(id)).Status);
        Assert.Equal(401, (await reader.GetAsync($"{id}/start")).Status);
        Assert.Equal(401, (await reader.GetAsync("stopall")).Status);
        Assert.Equal(401, (await reader.DeleteAsync(id)).Status);
    }
}
