using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Tests.Actions;

/// <summary>One action on all jobs of a batch that a filter finds.</summary>
public sealed class JobActionTests(ApiApp app) : IClassFixture<ApiApp>, IDisposable
{
    private readonly List<CancelJob> _cancelled = [];

    public void Dispose() => app.Lifecycle.Cancel = _ => new JobReply(Code: null, Detail: null);

    [Theory]
    [InlineData("", new[] { 3, 4, 5, 6, 7, 8 })]
    [InlineData(""","namespace":"places" """, new[] { 3, 6 })]
    [InlineData(""","namespace":"bench","action":"noop" """, new[] { 4, 5, 7, 8 })]
    [InlineData(""","action":"none" """, new int[0])]
    [InlineData(""","state":"Queued" """, new[] { 7, 8 })]
    [InlineData(""","state":"Processing" """, new[] { 5, 6 })]
    [InlineData(""","state":"Pending" """, new[] { 3, 4 })]
    public async Task Jobs_without_an_outcome_are_cancelled_one_by_one(string filter, int[] expected)
    {
        using var client = await app.NewTenantAsync();
        Listen();
        var batch = await client.CreateAsync();
        var number = await app.RunAsync(batch, jobs: 9, (0, null), (1, "UPSTREAM_STATUS"), (2, null));
        await SliceAsync(number, SliceState.Taken, 2, 5, 6);
        await SliceAsync(number, SliceState.Queued, 7, 8);

        var dry = await client.PostAsync("/v1/jobs/actions", $$$"""{"action":"cancel","dry_run":true,"filter":{"batch":"{{{batch}}}"{{{filter}}}}}""");
        var ended = await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"cancel","filter":{"batch":"{{{batch}}}"{{{filter}}}}}"""));

        Assert.Equal(expected.Length, (int)dry.Body!["matched"]!);
        Assert.Equal((expected.Length, expected.Length, 0), ended.Counts());
        Assert.Equal(expected, _cancelled.Where(command => command.Number == number).Select(command => command.Index).Order());
        Assert.All(_cancelled, command => Assert.Equal(1, command.Run));
    }

    [Fact]
    public async Task Jobs_that_end_meanwhile_are_refusals()
    {
        using var client = await app.NewTenantAsync();
        Listen(command => command.Index % 2 == 0 ? ErrorCodes.JobEnded : null);
        var batch = await client.CreateAsync();
        await app.RunAsync(batch, jobs: 5);

        var ended = await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"cancel","filter":{"batch":"{{{batch}}}"}}"""));

        Assert.Equal((5, 2, 3), ended.Counts());
        Assert.Equal("JOB_ENDED", (string)ended["refusals"]![0]!["code"]!);
    }

    [Fact]
    public async Task Jobs_of_a_batch_that_has_not_run_are_none()
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();
        Assert.Equal((0, 0, 0), (await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"cancel","filter":{"batch":"{{{batch}}}"}}"""))).Counts());
        Assert.Equal((0, 0, 0), (await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"retry","filter":{"batch":"{{{batch}}}"}}"""))).Counts());
    }

    [Theory]
    [InlineData(""","error_code":"UPSTREAM_STATUS" """, 3, "UPSTREAM_STATUS", null, null)]
    [InlineData(""","state":"Failed","error_code":"UPSTREAM_STATUS","namespace":"places","action":"lookup" """, 1, "UPSTREAM_STATUS", "places", "lookup")]
    [InlineData("", 4, null, null, null)]
    public async Task Failed_jobs_that_match_are_retried_by_one_command(string filter, int matched, string? code, string? ns, string? action)
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();
        await app.RunAsync(batch, jobs: 6, (0, "UPSTREAM_STATUS"), (1, "UPSTREAM_STATUS"), (2, "UPSTREAM_STATUS"), (3, "WORKER_LOST"), (4, null), (5, null));

        var ended = await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"retry","filter":{"batch":"{{{batch}}}"{{{filter}}}}}"""));

        Assert.Equal((matched, matched, 0), ended.Counts());
        Assert.Equal(new RetryFilter(code, ns, action), app.Sent<RetryFailedJobs>([batch]).Single().Only);
    }

    [Fact]
    public async Task A_retry_that_the_batch_refuses_is_refused_for_all_of_its_jobs()
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();
        await app.RunAsync(batch, jobs: 3, (0, "UPSTREAM_STATUS"), (1, "UPSTREAM_STATUS"));
        app.Lifecycle.Refuse = command => command is RetryFailedJobs ? FakeLifecycle.Refused(command, ErrorCodes.RunUnfinished) : null;

        var ended = await client.EndAsync(await client.BeginAsync("jobs", $$$"""{"action":"retry","filter":{"batch":"{{{batch}}}"}}"""));

        app.Lifecycle.Refuse = _ => null;
        Assert.Equal((2, 0, 2), ended.Counts());
        Assert.Equal("""[{"code":"RUN_UNFINISHED","count":2}]""", ended["refusals"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"action":"cancel"}""", "filter.batch")]
    [InlineData("""{"action":"cancel","filter":{}}""", "filter.batch")]
    [InlineData("""{"filter":{"batch":"BATCH"}}""", "action")]
    [InlineData("""{"action":"cancel","filter":{"batch":"BATCH","state":"Failed"}}""", "filter.state")]
    [InlineData("""{"action":"cancel","filter":{"batch":"BATCH","error_code":"WORKER_LOST"}}""", "filter.error_code")]
    [InlineData("""{"action":"retry","filter":{"batch":"BATCH","state":"Pending"}}""", "filter.state")]
    [InlineData("""{"action":"retry","filter":{"batch":"BATCH","namespace":"a\u0000b"}}""", "filter.namespace")]
    public async Task A_body_that_cannot_be_understood_is_refused(string body, string field)
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();
        var reply = await client.PostAsync("/v1/jobs/actions", body.Replace("BATCH", $"{batch}"));
        reply.IsProblem(422, "INVALID_FIELD");
        Assert.Equal([field], reply.Fields);
    }

    [Fact]
    public async Task A_batch_of_another_tenant_is_not_found()
    {
        using var client = await app.NewTenantAsync();
        var theirs = await app.Client.CreateAsync();
        (await client.PostAsync("/v1/jobs/actions", $$$"""{"action":"cancel","filter":{"batch":"{{{theirs}}}"}}""")).IsProblem(404, "BATCH_NOT_FOUND");
        (await client.PostAsync("/v1/jobs/actions", """{"action":"cancel","filter":{"batch":"nonsense"}}""")).IsProblem(404, "BATCH_NOT_FOUND");
    }

    private void Listen(Func<CancelJob, string?>? answer = null) => app.Lifecycle.Cancel = command =>
    {
        lock (_cancelled)
        {
            _cancelled.Add(command);
        }

        return new JobReply(answer?.Invoke(command), "ended");
    };

    private Task SliceAsync(long number, SliceState state, params int[] jobs) => app.WriteAsync(db => db.Slices.Add(new Slice
    {
        Id = Guid.NewGuid(), Batch = number, Run = 1, Namespace = "bench", State = state, Jobs = SliceJobs.Of(jobs.Select(index => (index, 1))),
    }));
}
