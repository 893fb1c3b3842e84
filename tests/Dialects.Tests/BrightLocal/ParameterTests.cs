using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Parameters count wherever a client puts them.</summary>
[Collection(nameof(OnePlatform))]
public sealed class ParameterTests(DialectHost host)
{
    private const string Batch = "/seo-tools/api/v4/batch";
    private readonly BrightLocalClient _client = new(host.Client);

    public static TheoryData<string> Ways => ["query", "form", "json", "multipart", "unnamed json", "query and json"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_batch_is_made_filled_run_and_deleted(string way)
    {
        var created = await AskAsync(way, HttpMethod.Post, "", ("stop-on-job-error", "1"));
        Assert.True(created.Status == 201, created.ToString());
        var batch = (string)created.Json["batch-id"]!;
        Assert.True((bool)(await host.NativeBatchAsync(long.Parse(batch)))["options"]!["stop_on_job_error"]!);

        var added = await AskAsync(way, HttpMethod.Post, "../ld/fetch-reviews", ("batch-id", batch), ("profile-url", "https://local.example.org/1"), ("country", "USA"));
        Assert.True(added.Status == 201, added.ToString());
        Assert.Equal(200, (await AskAsync(way, HttpMethod.Put, "", ("batch-id", batch))).Status);
        await _client.EndedAsync(batch);
        Assert.Equal(200, (await AskAsync(way, HttpMethod.Get, "", ("batch-id", batch))).Status);
        Assert.Equal(200, (await AskAsync(way, HttpMethod.Delete, "", ("batch-id", batch))).Status);
        Assert.Equal(404, (await AskAsync(way, HttpMethod.Put, "/stop", ("batch-id", batch))).Status);
    }

    [Fact]
    public async Task Json_may_say_numbers_and_truths_as_such()
    {
        var created = await host.Client.AskAsync(HttpMethod.Post, Batch, Http.Json(new JsonObject
        {
            ["api-key"] = DialectHost.Key, ["stop-on-job-error"] = true, ["expires"] = 1800, ["sig"] = "ignored",
        }));
        var number = long.Parse((string)created.Json["batch-id"]!);

        var added = await host.Client.AskAsync(HttpMethod.Post, "/seo-tools/api/v4/rankings/bulk-search", Http.Json(new JsonObject
        {
            ["api-key"] = DialectHost.Key, ["batch-id"] = number, ["search-engine"] = "bing", ["country"] = "USA", ["search-terms"] = new JsonArray("a", "b"),
        }));

        Assert.Equal((201, 2), (added.Status, added.Json["job-ids"]!.AsArray().Count));
        Assert.True((bool)(await host.NativeBatchAsync(number))["options"]!["stop_on_job_error"]!);
        var removed = await host.Client.AskAsync(HttpMethod.Delete, Batch, Http.Json(new JsonObject { ["api-key"] = DialectHost.Key, ["batch-id"] = number }));
        Assert.Equal(200, removed.Status);
    }

    [Fact]
    public async Task The_body_counts_over_the_query()
    {
        var (right, wrong) = (await _client.CreateAsync(), "1");

        var reply = await host.Client.AskAsync(HttpMethod.Delete, $"{Batch}?batch-id={wrong}&api-key=wrong", Http.Form(("batch-id", right), ("api-key", DialectHost.Key)));

        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Ids_are_integers_where_clients_insist_on_it()
    {
        await using var integers = await DialectHost.StartAsync(new() { ["Dialects:BrightLocal:BatchIdFormat"] = "integer" });
        await using var receiver = await Receiver.StartAsync();
        var client = new BrightLocalClient(integers.Client);

        var created = await client.AskAsync(HttpMethod.Post, "batch", ("callback", receiver.Url), ("callback_request_format", "json"));
        var batch = (long)created.Json["batch-id"]!;
        await client.AddAsync($"{batch}");
        await client.CommitAsync($"{batch}");

        Assert.Equal($$"""201 {"success":true,"batch-id":{{batch}}}""", created.ToString());
        Assert.Equal(batch, (long)JsonNode.Parse((await receiver.ReceiveAsync(1))[0].Body)!["batch-id"]!);
    }

    private Task<Reply> AskAsync(string way, HttpMethod method, string path, params (string Name, string Value)[] inputs)
    {
        (string Name, string Value)[] all = [("api-key", DialectHost.Key), .. inputs];
        var json = new JsonObject(all.Select(each => KeyValuePair.Create(each.Name, (JsonNode?)each.Value)));
        var at = $"/seo-tools/api/v4/batch{(path.StartsWith("..", StringComparison.Ordinal) ? "/" : "")}{path}";
        return way switch
        {
            "query" => host.Client.AskAsync(method, $"{at}?{Query(all)}"),
            "form" => host.Client.AskAsync(method, at, Http.Form(all)),
            "json" => host.Client.AskAsync(method, at, Http.Json(json)),
            "multipart" => host.Client.AskAsync(method, at, Multipart(all)),
            "unnamed json" => host.Client.AskAsync(method, at, new StringContent(json.ToJsonString(), null, "application/x-www-form-urlencoded")),
            _ => host.Client.AskAsync(method, $"{at}?{Query(all[..1])}", Http.Json(new JsonObject(inputs.Select(each => KeyValuePair.Create(each.Name, (JsonNode?)each.Value))))),
        };
    }

    private static string Query((string Name, string Value)[] all) => string.Join('&', all.Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value)}"));

    private static MultipartFormDataContent Multipart((string Name, string Value)[] all)
    {
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in all)
        {
            content.Add(new StringContent(value), name);
        }

        return content;
    }
}
