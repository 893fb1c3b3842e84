using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

/// <summary>Cancelled jobs, paused upstreams, tenants' settings.</summary>
public sealed class OperationsTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task A_job_is_cancelled_by_the_orchestrator_and_shown_as_it_is_then()
    {
        var (id, number) = await CreateAsync();
        CancelJob? asked = null;
        app.Lifecycle.Cancel = cancel =>
        {
            asked = cancel;
            return new JobReply(null, null);
        };

        var reply = await app.Client.PostAsync($"/v1/batches/{id}/jobs/1/cancel");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(1, (int)reply.Body!["index"]!);
        Assert.Equal(new CancelJob(number, 1, new Actor("default", "admin", "127.0.0.1")), asked);
    }

    [Fact]
    public async Task A_job_that_cannot_be_cancelled_is_a_conflict()
    {
        var (id, _) = await CreateAsync();
        app.Lifecycle.Cancel = _ => new JobReply(ErrorCodes.JobEnded, "The job has ended.");

        (await app.Client.PostAsync($"/v1/batches/{id}/jobs/0/cancel")).IsProblem(409, "JOB_ENDED");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999")]
    public async Task A_job_that_is_not_there_cannot_be_cancelled(string index)
    {
        var (id, _) = await CreateAsync();

        (await app.Client.PostAsync($"/v1/batches/{id}/jobs/{index}/cancel")).IsProblem(404, "JOB_NOT_FOUND");
        (await app.Client.PostAsync($"/v1/batches/{Guid.NewGuid()}/jobs/0/cancel")).IsProblem(404, "BATCH_NOT_FOUND");
    }

    [Fact]
    public async Task No_answer_leaves_the_outcome_unknown()
    {
        var (id, _) = await CreateAsync();
        app.Lifecycle.Cancel = _ => null;

        await app.UnansweredAsync(() => app.Client.PostAsync($"/v1/batches/{id}/jobs/0/cancel"));
    }

    [Fact]
    public async Task An_operator_pauses_and_resumes_an_upstream()
    {
        Assert.Equal("""{"namespace":"places","paused":false,"pause_reason":null,"closed_until":null,"failing":false,"in_use":{"jobs":0,"concurrency":0,"calls_per_second":0}}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/places/gate")).Body!.ToJsonString());

        var paused = await app.Client.PostAsync("/v1/upstreams/places/pause", """{"reason":"maintenance"}""");
        Assert.Equal((true, "maintenance"), ((bool)paused.Body!["paused"]!, (string?)paused.Body["pause_reason"]));

        var resumed = await app.Client.PostAsync("/v1/upstreams/places/resume");
        Assert.Equal((false, null), ((bool)resumed.Body!["paused"]!, (string?)resumed.Body["pause_reason"]));
    }

    [Fact]
    public async Task How_much_of_an_upstreams_limits_is_given_out_is_told()
    {
        const string Definition = """{"base_url":"http://127.0.0.1:9/","actions":{"call":{}}}""";
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Put, "/v1/upstreams/shared-out", Http.Text(Definition, "application/json"))).Status);
        foreach (var state in Enum.GetValues<SliceState>())
        {
            await using var unit = await app.Store.BeginAsync();
            unit.Db.Slices.Add(new Slice
            {
                Id = Guid.NewGuid(), Batch = 1, Run = 1, Namespace = "shared-out", Tenant = "default", State = state,
                Jobs = SliceJobs.Of([(0, 1), (1, 1)]), Remaining = 2, Concurrency = 3, CallsPerSecond = 1.5,
            });
            await unit.CommitAsync();
        }

        var gate = await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/shared-out/gate");

        Assert.Equal("""{"jobs":4,"concurrency":6,"calls_per_second":3}""", gate.Body!["in_use"]!.ToJsonString());
    }

    [Fact]
    public async Task Only_operators_and_only_upstreams_that_are_there()
    {
        using var tenant = app.NewClient(await app.AddKeyAsync("tenant-of-operations", "default", "write read"));

        (await tenant.PostAsync("/v1/upstreams/places/pause")).IsProblem(403, "FORBIDDEN");
        (await tenant.PostAsync("/v1/upstreams/places/resume")).IsProblem(403, "FORBIDDEN");
        (await tenant.SendAsync(HttpMethod.Get, "/v1/tenants/default")).IsProblem(403, "FORBIDDEN");
        (await app.Client.PostAsync("/v1/upstreams/nobody/pause")).IsProblem(404, "NOT_FOUND");
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/nobody/gate")).IsProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_tenant_has_the_defaults_until_it_is_set()
    {
        Assert.Equal("""{"name":"acme","weight":1,"paused":false,"pause_reason":null,"callback":null,"time_zone":"UTC","quotas":null}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants/acme")).Body!.ToJsonString());

        Assert.Equal(HttpStatusCode.OK, (await PutAsync("acme", """{"weight":2.5,"paused":true,"pause_reason":"unpaid"}""")).Status);
        Assert.Equal("""{"name":"acme","weight":2.5,"paused":true,"pause_reason":"unpaid","callback":null,"time_zone":"UTC","quotas":null}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants/acme")).Body!.ToJsonString());

        await PutAsync("acme", "{}");
        Assert.Equal("""{"name":"acme","weight":1,"paused":false,"pause_reason":null,"callback":null,"time_zone":"UTC","quotas":null}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants/acme")).Body!.ToJsonString());
    }

    [Fact]
    public async Task A_tenants_callback_is_for_batches_that_name_none_of_their_own()
    {
        using var client = app.NewClient(await app.AddKeyAsync("key-of-wanda", "wanda", "write read"));
        var set = await PutAsync("wanda", """{"callback":{"url":"https://example.org/all","format":"ndjson"}}""");
        var again = await PutAsync("wanda", """{"callback":{"url":"https://example.org/all","format":"none"}}""");
        var rotated = await PutAsync("wanda", $$$"""{"callback":{"url":"https://example.org/all","secret":"whsec_{{{Convert.ToBase64String(new byte[32])}}}"}}""");

        var plain = await client.PostAsync("/v1/batches", "{}");
        var own = await client.PostAsync("/v1/batches", """{"callback":{"url":"https://example.org/mine"}}""");
        await PutAsync("wanda", "{}");
        var after = await client.PostAsync("/v1/batches", "{}");

        Assert.StartsWith("whsec_", (string)set.Body!["callback"]!["secret"]!, StringComparison.Ordinal);
        Assert.Null(again.Body!["callback"]!["secret"]);
        Assert.Equal("whsec_" + Convert.ToBase64String(new byte[32]), (string)rotated.Body!["callback"]!["secret"]!);
        Assert.Equal("""{"url":"https://example.org/all","format":"json","include":"summary","progress":false}""", plain.Body!["callback"]!.ToJsonString());
        Assert.Equal("https://example.org/mine", (string)own.Body!["callback"]!["url"]!);
        Assert.Null(after.Body!["callback"]);
        var kept = await app.ReadAsync(db => db.Batches.Where(batch => batch.CorrelationId == plain.Id).Select(batch => batch.Callback).SingleAsync());
        Assert.Equal(2, kept!.Secrets!.Count);
    }

    [Theory]
    [InlineData("""{"callback":{"url":"http://127.0.0.1/x"}}""", 422, "INVALID_CALLBACK")]
    [InlineData("""{"callback":{"url":"https://example.org","secret":"short"}}""", 422, "INVALID_CALLBACK")]
    [InlineData("""{"weight":0}""", 422, "INVALID_FIELD")]
    [InlineData("""{"weight":-1}""", 422, "INVALID_FIELD")]
    [InlineData("""{"weight":1001}""", 422, "INVALID_FIELD")]
    [InlineData("""{"weight":"1"}""", 422, "INVALID_FIELD")]
    [InlineData("""{"wait":1}""", 422, "INVALID_FIELD")]
    [InlineData("""{"pause_reason":"\u0000"}""", 422, "INVALID_FIELD")]
    [InlineData("""{""", 400, "INVALID_JSON")]
    public async Task Settings_that_cannot_be_are_refused(string body, int status, string code) =>
        (await PutAsync("refused", body)).IsProblem(status, code);

    [Theory]
    [InlineData("""{"canary_jobs":-1}""")]
    [InlineData("""{"failure_budget":{"rate":0}}""")]
    [InlineData("""{"failure_budget":{"rate":1.5}}""")]
    [InlineData("""{"failure_budget":{"rate":0.5,"minimum":0}}""")]
    [InlineData("""{"failure_budget":{"rate":0.5,"then":"explode"}}""")]
    [InlineData("""{"limits":{"requests_per_second":-1}}""")]
    [InlineData("""{"limits":{"concurrency":10001}}""")]
    public async Task Options_out_of_bounds_are_refused(string options) =>
        (await app.Client.PostAsync("/v1/batches", $$"""{"options":{{options}}}""")).IsProblem(422, "INVALID_FIELD");

    [Fact]
    public async Task Options_are_kept_and_shown()
    {
        const string Options = """{"stop_on_job_error":false,"priority":"normal","deadline_seconds":86400,"canary_jobs":5,"failure_budget":{"rate":0.2,"minimum":10,"then":"pause"},"limits":{"requests_per_second":1.5,"concurrency":2}}""";

        var created = await app.Client.PostAsync("/v1/batches", $$"""{"options":{{Options}}}""");

        Assert.Equal(Options, created.Body!["options"]!.ToJsonString());
    }

    private Task<Reply> PutAsync(string tenant, string body) => app.Client.SendAsync(HttpMethod.Put, $"/v1/tenants/{tenant}", Http.Text(body, "application/json"));

    private async Task<(Guid Id, long Number)> CreateAsync()
    {
        var created = await app.Client.PostAsync("/v1/batches", """{"jobs":[{"namespace":"bench","action":"noop","params":{}},{"namespace":"bench","action":"noop","params":{}}]}""");
        return (created.Id, (long)created.Body!["number"]!);
    }
}
