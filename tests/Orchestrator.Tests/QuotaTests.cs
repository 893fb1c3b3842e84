using BatchPlatform.Contracts;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>The lifecycle lets a tenant have what its quotas allow, and not one more, whatever comes at once.</summary>
public sealed class QuotaTests
{
    private static readonly Callback Told = new("https://receiver.example/");
    private long _lastNumber = 1_000;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Of_twenty_creates_at_once_a_quota_of_ten_batches_lets_ten_in(string provider)
    {
        await using var host = await StartAsync(("Batches", "10"), provider);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(host)));

        Assert.Equal(10, replies.Count(reply => reply.Reply.Accepted));
        Assert.All(replies.Where(reply => !reply.Reply.Accepted), reply => Assert.Equal(ErrorCodes.QuotaBatches, reply.Reply.Code));
        Assert.Equal(10, await CountAsync(host, db => QuotaCounts.BatchesAsync(db, "default", default)));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Of_twenty_appends_and_commits_at_once_a_quota_of_pending_jobs_lets_in_what_fits(string provider)
    {
        await using var host = await StartAsync(("PendingJobs", "50"), provider);
        var batches = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CreateAsync(host)));

        var appends = batches.Select(batch => AppendAsync(host, batch.Id, batch.Number, jobs: 5));
        var creates = Enumerable.Range(0, 10).Select(async _ => (await CreateAsync(host, jobs: 5, commit: true)).Reply);
        var replies = await Task.WhenAll(appends.Concat(creates));

        Assert.Equal(10, replies.Count(reply => reply.Accepted));
        Assert.All(replies.Where(reply => !reply.Accepted), reply => Assert.Equal(ErrorCodes.QuotaPendingJobs, reply.Code));
        Assert.Equal(50, await CountAsync(host, db => QuotaCounts.PendingJobsAsync(db, "default", default)));
    }

    [Fact]
    public async Task What_is_deleted_makes_room()
    {
        await using var host = await StartAsync(("Batches", "1"));
        var first = await CreateAsync(host);
        Assert.False((await CreateAsync(host)).Reply.Accepted);

        Assert.True((await host.GiveAsync(first.Id, "delete")).Accepted);

        Assert.True((await CreateAsync(host)).Reply.Accepted);
    }

    [Fact]
    public async Task A_refused_create_leaves_nothing_once_it_is_cleaned_up()
    {
        await using var host = await StartAsync(("Batches", "0"));

        var refused = await CreateAsync(host);

        Assert.False(refused.Reply.Accepted);
        await Eventually.Equal(0, async () =>
        {
            await using var db = host.Store.Read();
            return await db.Batches.CountAsync();
        });
    }

    [Fact]
    public async Task Jobs_with_an_outcome_make_room_for_pending_jobs_and_none_for_results()
    {
        await using var host = await StartAsync(("PendingJobs", "4"), ("Results", "6"));
        var first = await CreateAsync(host, jobs: 4, commit: true);
        Assert.Equal(ErrorCodes.QuotaPendingJobs, (await CreateAsync(host, jobs: 1)).Reply.Code);
        await host.RunToEndAsync(first.Id, Guid.NewGuid());

        Assert.Equal(ErrorCodes.QuotaResults, (await CreateAsync(host, jobs: 3)).Reply.Code);
        Assert.True((await CreateAsync(host, jobs: 2)).Reply.Accepted);
        Assert.Equal(6, await CountAsync(host, db => QuotaCounts.ResultsAsync(db, "default", default)));
    }

    [Fact]
    public async Task A_new_run_takes_room_again_and_a_refused_start_changes_nothing()
    {
        await using var host = await StartAsync(("PendingJobs", "4"));
        var first = await CreateAsync(host, jobs: 3, commit: true);
        await host.RunToEndAsync(first.Id, Guid.NewGuid(), completed: index => index > 0);
        Assert.True((await CreateAsync(host, jobs: 3)).Reply.Accepted);
        var before = await host.BatchAsync(first.Id);

        Assert.Equal(ErrorCodes.QuotaPendingJobs, (await host.GiveAsync(first.Id, "start")).Code);
        var after = await host.BatchAsync(first.Id);
        Assert.Equal((before.CurrentState, before.Run, before.Epoch, before.UpdatedAt), (after.CurrentState, after.Run, after.Epoch, after.UpdatedAt));

        // One failed job fits.
        Assert.True((await host.GiveAsync(first.Id, "retry")).Accepted);
    }

    [Fact]
    public async Task A_retry_of_some_failed_jobs_takes_room_for_those_and_for_the_results_of_all()
    {
        await using var host = await StartAsync(("PendingJobs", "4"), ("Results", "9"));
        var first = await CreateAsync(host, jobs: 4, commit: true);
        await host.RunToEndAsync(first.Id, Guid.NewGuid(), completed: _ => false, errorCode: index => index == 0 ? ErrorCodes.UpstreamTimeout : ErrorCodes.UpstreamStatus);
        var other = await CreateAsync(host, jobs: 2);
        Assert.True(other.Reply.Accepted);

        var all = await host.AskAsync(new RetryFailedJobs(first.Id, Guid.NewGuid()));
        var one = await host.AskAsync(new RetryFailedJobs(first.Id, Guid.NewGuid(), Only: new RetryFilter(ErrorCodes.UpstreamTimeout, null, null)));

        Assert.Equal(ErrorCodes.QuotaPendingJobs, all.Code);
        Assert.Equal(ErrorCodes.QuotaResults, one.Code);
        Assert.True((await host.GiveAsync(other.Id, "delete")).Accepted);
        Assert.True((await host.AskAsync(new RetryFailedJobs(first.Id, Guid.NewGuid(), Only: new RetryFilter(ErrorCodes.UpstreamTimeout, null, null)))).Accepted);
        Assert.Equal(ErrorCodes.QuotaPendingJobs, (await CreateAsync(host, jobs: 4)).Reply.Code);
        Assert.True((await CreateAsync(host, jobs: 1)).Reply.Accepted);
    }

    [Fact]
    public async Task A_stopped_run_is_resumed_whatever_else_is_pending()
    {
        await using var host = await StartAsync(("PendingJobs", "4"));
        var first = await CreateAsync(host, jobs: 4, commit: true);
        Assert.True((await host.GiveAsync(first.Id, "stop")).Accepted);

        Assert.Equal(ErrorCodes.QuotaPendingJobs, (await CreateAsync(host, jobs: 1)).Reply.Code);
        Assert.True((await host.GiveAsync(first.Id, "start")).Accepted);
    }

    [Fact]
    public async Task A_fire_beyond_a_quota_is_left_out_and_the_next_that_fits_runs()
    {
        await using var host = await StartAsync(("PendingJobs", "4"));
        var schedule = new Schedule(ScheduleKind.Manual, TimeZone: "UTC");
        var recurring = await CreateAsync(host, jobs: 3, schedule: schedule, commit: true);
        await host.RunToEndAsync(recurring.Id, Guid.NewGuid());
        var other = await CreateAsync(host, jobs: 2);

        await host.Bus.Publish(new ScheduleFired(recurring.Id, 1, new DateTime(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc)));
        await FiredAsync(host, recurring.Number, FireResult.SkippedQuota);
        Assert.Equal(nameof(BatchState.Finished), (await host.BatchAsync(recurring.Id)).CurrentState);

        Assert.True((await host.GiveAsync(other.Id, "delete")).Accepted);
        await host.Bus.Publish(new ScheduleFired(recurring.Id, 1, new DateTime(2026, 5, 1, 12, 1, 0, DateTimeKind.Utc)));
        await FiredAsync(host, recurring.Number, FireResult.Started);
    }

    [Fact]
    public async Task A_batch_holds_no_more_jobs_than_its_tenants_batches_may()
    {
        await using var host = await StartAsync(("JobsPerBatch", "3"));
        var batch = await CreateAsync(host, jobs: 2);

        Assert.True((await AppendAsync(host, batch.Id, batch.Number, jobs: 1, baseIndex: 2, revision: 2)).Accepted);
        Assert.Equal(ErrorCodes.QuotaJobsPerBatch, (await AppendAsync(host, batch.Id, batch.Number, jobs: 1, baseIndex: 3, revision: 3)).Code);
        Assert.Equal(ErrorCodes.QuotaJobsPerBatch, (await CreateAsync(host, jobs: 4)).Reply.Code);
    }

    [Fact]
    public async Task Of_batches_that_want_callbacks_as_many_run_at_once_as_may_owe_one()
    {
        await using var host = await StartAsync(("Callbacks", "3"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(host, jobs: 1, commit: true, callback: Told)));

        Assert.Equal(3, replies.Count(reply => reply.Reply.Accepted));
        Assert.True((await CreateAsync(host, jobs: 1, commit: true)).Reply.Accepted);
        var open = await CreateAsync(host, jobs: 1, callback: Told);
        Assert.Equal(ErrorCodes.QuotaCallbacks, (await host.GiveAsync(open.Id, "commit")).Code);
    }

    [Fact]
    public async Task A_tenants_own_quotas_count_over_the_deployments_and_bind_nobody_else()
    {
        await using var host = await StartAsync(("Batches", "1"));
        await host.SaveAsync(new Tenant { Name = "large", Quotas = new TenantQuotas { Batches = 2 } });

        Assert.True((await CreateAsync(host)).Reply.Accepted);
        Assert.False((await CreateAsync(host)).Reply.Accepted);
        Assert.True((await CreateAsync(host, tenant: "large")).Reply.Accepted);
        Assert.True((await CreateAsync(host, tenant: "large")).Reply.Accepted);
        Assert.False((await CreateAsync(host, tenant: "large")).Reply.Accepted);
    }

    [Fact]
    public async Task A_tenant_without_quotas_is_not_counted()
    {
        await using var host = await OrchestratorHost.StartAsync();

        await host.CreateAsync(jobs: 2, commit: true);

        await using var db = host.Store.Read();
        Assert.False(await db.Allowances.AnyAsync());
    }

    private static Task<OrchestratorHost> StartAsync((string Name, string Value) quota, string provider) =>
        OrchestratorHost.StartAsync(provider, new() { [$"Quotas:{quota.Name}"] = quota.Value });

    private static Task<OrchestratorHost> StartAsync(params (string Name, string Value)[] quotas) =>
        OrchestratorHost.StartAsync(settings: quotas.ToDictionary(quota => $"Quotas:{quota.Name}", string? (quota) => quota.Value));

    private async Task<(Guid Id, long Number, CommandReply Reply)> CreateAsync(
        OrchestratorHost host, int jobs = 0, bool commit = false, string tenant = "default", Callback? callback = null, Schedule? schedule = null)
    {
        var (id, number) = (Guid.CreateVersion7(), Interlocked.Increment(ref _lastNumber));
        var append = jobs == 0 ? null : await host.StageAsync(number, baseIndex: 0, revision: 1, jobs);
        return (id, number, await host.AskAsync(new CreateBatch(
            id, Guid.NewGuid(), number, tenant, Name: null, Recurring: false, new BatchSettings(), callback, Dialect: null, DialectDocument: null, append, commit, schedule)));
    }

    private static async Task<CommandReply> AppendAsync(OrchestratorHost host, Guid id, long number, int jobs, int baseIndex = 0, int revision = 1) =>
        await host.AskAsync(new AcceptAppend(id, Guid.NewGuid(), await host.StageAsync(number, baseIndex, revision, jobs)));

    private static async Task<long> CountAsync(OrchestratorHost host, Func<Store.StoreDb, Task<long>> count)
    {
        await using var db = host.Store.Read();
        return await count(db);
    }

    private static Task FiredAsync(OrchestratorHost host, long number, FireResult result) => Eventually.Equal((FireResult?)result, async () =>
    {
        await using var db = host.Store.Read();
        return (await db.Schedules.SingleAsync(row => row.Batch == number)).LastResult;
    });
}
