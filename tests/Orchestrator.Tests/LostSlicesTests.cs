using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What becomes of jobs whose worker goes silent, with leases short enough to wait for. On SQLite and on PostgreSQL.</summary>
public abstract class LostSlicesTests(string provider) : HostedTests(provider, new() { ["Orchestrator:LeaseSeconds"] = "0.3", ["Orchestrator:QuiesceSeconds"] = "600" })
{
    [Fact]
    public async Task A_slice_lost_twice_is_halved_until_the_job_that_kills_workers_is_alone_and_fails()
    {
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 4, commit: true);
        const int Killer = 2;

        while ((await Host.BatchAsync(id)).CurrentState != nameof(BatchState.Finished))
        {
            await Host.AnnounceAsync(Worker);
            if (!Host.Slices.Reader.TryRead(out var slice))
            {
                await Task.Yield();
                continue;
            }

            if (JobBlock.Unpack(slice.Jobs).Any(job => job.Index == Killer))
            {
                await Host.HeartbeatAsync(Guid.NewGuid(), slice.SliceId);
            }
            else
            {
                await Host.ReportAsync(slice, Worker);
            }
        }

        Assert.Equal((3, 1), await Host.CountsAsync(id));
        await using var db = Host.Store.Read();
        var failed = await db.Outcomes.SingleAsync(outcome => outcome.State == JobState.Failed);
        Assert.Equal((Killer, ErrorCodes.WorkerLost), (failed.Index, failed.ErrorCode));
    }

    [Fact]
    public async Task Lost_calls_that_must_not_be_repeated_fail_as_unknown_and_travel_in_slices_that_can_all_be_in_flight()
    {
        var once = new UpstreamAction { Delivery = "at_most_once" };
        await Host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { Concurrency = 8 }, Actions = new Dictionary<string, UpstreamAction> { ["call"] = once } }, version: 2);
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        var slice = await Host.SliceAsync();
        Assert.Equal(slice.Concurrency, JobBlock.Unpack(slice.Jobs).Count);

        await Host.HeartbeatAsync(Guid.NewGuid(), slice.SliceId);
        await Eventually.True(async () =>
        {
            await Host.AnnounceAsync(Worker);
            return (await Host.BatchAsync(id)).CurrentState == nameof(BatchState.Finished);
        });

        await using var db = Host.Store.Read();
        Assert.All(await db.Outcomes.ToListAsync(), outcome => Assert.Equal(ErrorCodes.ExecutionUnknown, outcome.ErrorCode));
        Assert.Equal((0, 2), await Host.CountsAsync(id));
    }
}

public sealed class LostSlicesOnSqliteTests() : LostSlicesTests("Sqlite");

public sealed class LostSlicesOnPostgresTests() : LostSlicesTests("Postgres");
