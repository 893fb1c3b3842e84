using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Ivvy;

/// <summary>What can be asked of a submitted batch.</summary>
[Collection(nameof(OnePlatform))]
public sealed class BatchTests(DialectHost host) : IAsyncLifetime
{
    private readonly IvvyClient _client = new(host.Client);

    public static TheoryData<string, int> Unknown => new() { { "progress", 24105 }, { "results", 24115 }, { "restart", 24105 }, { "repost", 24115 } };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/held/resume");

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task An_unknown_batch_is_refused(string action, int code)
    {
        IvvyClient.IsRefusal(await _client.BatchAsync(action, "a7ec88af7d710bf51b188004bb532d77"), 400, code, "Could not find batch");
        IvvyClient.IsRefusal(await _client.BatchAsync(action, "mine"), 400, code, "Could not find batch");
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task Another_tenants_batch_is_unknown(string action, int code)
    {
        var async = await _client.StartAsync();
        var stranger = new IvvyClient(host.Client, await host.AddKeyAsync($"s{Guid.NewGuid():N}", "strangers"));

        IvvyClient.IsRefusal(await stranger.BatchAsync(action, async), 400, code, "Could not find batch");
    }

    [Theory]
    [InlineData("progress")]
    [InlineData("results")]
    [InlineData("restart")]
    [InlineData("repost")]
    public async Task A_request_that_names_no_batch_is_refused(string action)
    {
        IvvyClient.IsRefusal(await _client.AskAsync("batch", action, "{}"), 400, 23017, "'async' is required");
        IvvyClient.IsRefusal(await _client.AskAsync("batch", action, """{"async":7}"""), 400, 23016, "'async' does not validate");
        IvvyClient.IsRefusal(await _client.AskAsync("batch", action, "no JSON"), 400, 23016);
        IvvyClient.IsRefusal(await _client.AskAsync("batch", action, "[]"), 400, 23016);
    }

    [Fact]
    public async Task Progress_is_the_share_of_jobs_that_are_over_in_whole_percent()
    {
        await PauseAsync();
        var async = await _client.StartAsync([IvvyClient.Job(), IvvyClient.Job(space: "held"), IvvyClient.Job(space: "held")]);

        await Eventually.Equal("""200 {"progress":33}""", async () => (await _client.BatchAsync("progress", async)).ToString());
        IvvyClient.IsRefusal(await _client.BatchAsync("results", async), 400, 24114);
        IvvyClient.IsRefusal(await _client.BatchAsync("repost", async), 400, 24114);

        await host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/held/resume");
        await Eventually.Equal("""200 {"progress":100}""", async () => (await _client.BatchAsync("progress", async)).ToString());
    }

    [Fact]
    public async Task A_failed_job_shows_what_the_upstream_said()
    {
        var results = await _client.ResultsAsync(await _client.StartAsync([IvvyClient.Job(@event: 999), IvvyClient.Job()]));

        var failed = results["results"]![0]!;
        Assert.Equal("""{"errorCode":400,"message":"Unable to find event","specificCode":24210}""", failed["response"]!.ToJsonString());
        Assert.Equal(999, (int)failed["request"]!["event"]!);
        Assert.NotNull(results["results"]![1]!["response"]!["results"]);
    }

    [Fact]
    public async Task A_failed_job_that_nobody_answered_shows_an_error_of_the_same_form()
    {
        await host.Native.AskAsync(HttpMethod.Put, "/v1/upstreams/silent", Http.Json(
            $$"""{"base_url":"http://127.0.0.1:{{LoopbackPort.Next()}}","retry":{"attempts":1},"actions":{"inviteContacts":{"path":"/"} } }"""));

        var results = await _client.ResultsAsync(await _client.StartAsync([IvvyClient.Job(space: "silent")]));

        var response = results["results"]![0]!["response"]!.AsObject();
        Assert.Equal(["errorCode", "message"], response.Select(member => member.Key));
        Assert.Equal(500, (int)response["errorCode"]!);
    }

    [Fact]
    public async Task A_paused_batch_is_restarted()
    {
        await PauseAsync();
        var async = await _client.StartAsync([IvvyClient.Job(space: "held")]);
        await host.Native.AskAsync(HttpMethod.Post, $"/v1/batches/{async}/pause");
        await host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/held/resume");

        Assert.Equal("""200 {"restarted":true}""", (await _client.BatchAsync("restart", async)).ToString());

        await _client.ResultsAsync(async);
        IvvyClient.IsRefusal(await _client.BatchAsync("restart", async), 400, 23016, "'async' does not validate");
    }

    [Fact]
    public async Task A_stopped_batch_is_restarted_and_one_that_runs_goes_on()
    {
        await PauseAsync();
        var async = await _client.StartAsync([IvvyClient.Job(space: "held")]);
        await host.Native.AskAsync(HttpMethod.Post, $"/v1/batches/{async}/stop");

        Assert.Equal("""200 {"restarted":true}""", (await _client.BatchAsync("restart", async)).ToString());
        Assert.Equal("""200 {"restarted":true}""", (await _client.BatchAsync("restart", async)).ToString());

        await host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/held/resume");
        await _client.ResultsAsync(async);
    }

    [Fact]
    public async Task The_callback_of_a_completed_batch_is_sent_again()
    {
        await using var receiver = await Receiver.StartAsync();
        var async = await _client.StartAsync(callback: receiver.Url);
        var first = (await receiver.ReceiveAsync(1))[0];

        Assert.Equal("""200 {"reposted":true}""", (await _client.BatchAsync("repost", async)).ToString());

        Assert.Equal(first, (await receiver.ReceiveAsync(2))[1]);
    }

    [Fact]
    public async Task Ping_acknowledges_with_the_time()
    {
        var reply = await _client.AskAsync("test", "ping", null);

        Assert.Equal((200, true), (reply.Status, (bool)reply.Json["ack"]!));
        Assert.True(DateTime.TryParseExact((string?)reply.Json["timestamp"], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
    }

    [Fact]
    public async Task It_can_be_read_natively_and_a_native_batch_is_none_of_the_dialects()
    {
        var async = await _client.StartAsync();
        var native = await host.Native.AskAsync(HttpMethod.Get, $"/v1/batches/{async}");
        var other = await host.Native.AskAsync(HttpMethod.Post, "/v1/batches", Http.Json("{}"));

        Assert.Equal((200, Guid.Parse(async)), (native.Status, (Guid)native.Json["id"]!));
        IvvyClient.IsRefusal(await _client.BatchAsync("progress", ((Guid)other.Json["id"]!).ToString("N")), 400, 24105);
    }

    private Task<Reply> PauseAsync() => host.Native.AskAsync(HttpMethod.Post, "/v1/upstreams/held/pause", Http.Json("{}"));
}
