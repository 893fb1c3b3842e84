using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Whatever goes wrong is said in the vendor's envelope.</summary>
[Collection(nameof(OnePlatform))]
public sealed class RefusalTests(DialectHost host)
{
    private const string Batch = "/seo-tools/api/v4/batch";
    private readonly BrightLocalClient _client = new(host.Client);

    public static TheoryData<string, string> Operations
    {
        get
        {
            var operations = new TheoryData<string, string> { { "PUT", "batch" }, { "GET", "batch" }, { "DELETE", "batch" }, { "PUT", "batch/stop" } };
            foreach (var (path, _) in BrightLocalClient.Jobs)
            {
                operations.Add("POST", path);
            }

            return operations;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_unknown_batch_is_404_on_every_operation(string method, string path)
    {
        var verb = new HttpMethod(method);

        IsRefusal(await _client.AskAsync(verb, path, ("batch-id", "999999999")), 404, "INVALID_BATCH_ID", "Batch ID not found");
        IsRefusal(await _client.AskAsync(verb, path, ("batch-id", "seventeen")), 404, "INVALID_BATCH_ID", "Batch ID not found");
        IsRefusal(await _client.AskAsync(verb, path), 404, "INVALID_BATCH_ID", "Batch ID not found");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Another_tenants_batch_is_unknown(string method, string path)
    {
        var batch = await _client.CreateAsync();
        var stranger = new BrightLocalClient(host.Client, await host.AddKeyAsync($"s{Guid.NewGuid():N}", "strangers"));

        var reply = await stranger.AskAsync(new HttpMethod(method), path, ("batch-id", batch));

        IsRefusal(reply, 404, "INVALID_BATCH_ID", "Batch ID not found");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    [InlineData("POST", "batch")]
    public async Task A_wrong_key_is_401_on_every_operation(string method, string path)
    {
        var wrong = new BrightLocalClient(host.Client, "bp_nobody_wrong");

        IsRefusal(await wrong.AskAsync(new HttpMethod(method), path, ("batch-id", "1")), 401, "INVALID_API_KEY", "Invalid API key specified");
    }

    [Fact]
    public async Task Without_a_key_nobody_gets_in_even_by_the_native_header() =>
        IsRefusal(await host.Native.AskAsync(HttpMethod.Post, Batch), 401, "INVALID_API_KEY", "Invalid API key specified");

    [Fact]
    public async Task A_key_that_only_reads_polls_and_changes_nothing()
    {
        var batch = await _client.CreateAsync();
        var reader = new BrightLocalClient(host.Client, await host.AddKeyAsync($"r{Guid.NewGuid():N}", "default", "read"));

        Assert.Equal(200, (await reader.ResultsAsync(batch)).Status);
        var refused = await reader.DeleteAsync(batch);
        Assert.Equal((403, "FORBIDDEN"), (refused.Status, refused.Json["errors"]!.AsObject().Single().Key));
    }

    [Theory]
    [InlineData("GET", "ld/fetch-reviews", "Only POST method is available")]
    [InlineData("DELETE", "seo/offsite", "Only POST method is available")]
    [InlineData("PUT", "rankings/bulk-search", "Only POST method is available")]
    [InlineData("POST", "batch/stop", "Only PUT method is available")]
    [InlineData("PATCH", "batch", "Only DELETE, GET, POST, PUT methods are available")]
    public async Task A_wrong_verb_is_405_and_says_which_is_right(string method, string path, string text) =>
        IsRefusal(await _client.AskAsync(new HttpMethod(method), path), 405, "INVALID_METHOD", $"Invalid method specified. {text}");

    [Theory]
    [InlineData("/seo-tools/api/v4/nothing")]
    [InlineData("/seo-tools/api/v4/batch/nothing")]
    [InlineData("/seo-tools/api/v2/batch")]
    [InlineData("/seo-tools/api")]
    public async Task What_is_not_offered_is_404_in_the_same_envelope(string path)
    {
        var reply = await host.Client.AskAsync(HttpMethod.Get, path);

        IsRefusal(reply, 404, "NOT_FOUND", "There is nothing at this address.");
    }

    [Theory]
    [InlineData("{", "application/json", 400)]
    [InlineData("[1]", "application/json", 400)]
    [InlineData("\"batch-id\"", "application/json", 400)]
    [InlineData("""{"a":1,"a":2}""", "application/json", 400)]
    [InlineData("""{"a":"\ud800"}""", "application/json", 400)]
    [InlineData("<batch/>", "application/xml", 415)]
    [InlineData("no boundary here", "multipart/form-data; boundary=x", 400)]
    public async Task A_body_that_cannot_be_read_is_refused(string body, string type, int status)
    {
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var reply = await host.Client.AskAsync(HttpMethod.Post, $"{Batch}?api-key={DialectHost.Key}", content);

        Assert.Equal((status, "application/json"), (reply.Status, reply.ContentType));
        Assert.False((bool)reply.Json["success"]!);
        Assert.NotEmpty(reply.Json["errors"]!.AsObject());
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_packed_strangely_is_refused()
    {
        var large = await _client.AskAsync(HttpMethod.Post, "batch", ("x", new string('x', 1_000_000)));
        using var packed = Http.Form(("api-key", DialectHost.Key));
        packed.Headers.ContentEncoding.Add("zip");

        Assert.Equal((413, "BODY_TOO_LARGE"), (large.Status, large.Json["errors"]!.AsObject().Single().Key));
        var reply = await host.Client.AskAsync(HttpMethod.Post, Batch, packed);
        Assert.Equal((415, "UNSUPPORTED_MEDIA_TYPE"), (reply.Status, reply.Json["errors"]!.AsObject().Single().Key));
    }

    [Fact]
    public async Task A_native_batch_is_none_of_the_dialects()
    {
        var native = await host.Native.AskAsync(HttpMethod.Post, "/v1/batches", Http.Json("{}"));

        IsRefusal(await _client.ResultsAsync($"{native.Json["number"]}"), 404, "INVALID_BATCH_ID", "Batch ID not found");
    }

    [Fact]
    public async Task Jobs_of_an_upstream_that_is_not_configured_are_refused()
    {
        await using var bare = await DialectHost.StartAsync([]);
        var gone = await bare.Native.AskAsync(HttpMethod.Delete, "/v1/upstreams/brightlocal");
        Assert.True(gone.Status is 204, gone.ToString());
        var client = new BrightLocalClient(bare.Client);
        var batch = await client.CreateAsync();

        await Eventually.Equal(400, async () => (await client.AddAsync(batch)).Status);
        Assert.Contains("UNKNOWN_NAMESPACE", (await client.AddAsync(batch)).Text, StringComparison.Ordinal);
    }

    private static void IsRefusal(Reply reply, int status, string code, string text)
    {
        Assert.Equal((status, "application/json"), (reply.Status, reply.ContentType));
        var errors = (JsonObject)reply.Json["errors"]!;
        Assert.False((bool)reply.Json["success"]!);
        Assert.Equal(KeyValuePair.Create(code, text), KeyValuePair.Create(errors.Single().Key, (string)errors.Single().Value!));
    }
}
