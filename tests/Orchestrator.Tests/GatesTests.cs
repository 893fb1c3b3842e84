using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Gates;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>When an upstream is left alone: it asked for that, somebody paused it, or it fails most calls. On SQLite and on PostgreSQL.</summary>
public abstract class GatesTests(string provider) : HostedTests(provider, new() { ["Orchestrator:BreakerCalls"] = "4" })
{
    [Fact]
    public async Task A_paused_upstream_gets_no_slices_until_it_is_resumed()
    {
        Assert.True(await PauseAsync(paused: true, "maintenance"));
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 2, commit: true);
        await using (var db = Host.Store.Read())
        {
            var gate = await db.Gates.SingleAsync();
            Assert.Equal((true, "maintenance"), (gate.Paused, gate.PauseReason));
        }

        Assert.False(Host.Slices.Reader.TryRead(out _));
        Assert.False(await PauseAsync(paused: false, "ignored"));

        await Host.RunToEndAsync(id, Worker);
    }

    [Fact]
    public async Task A_paused_tenants_jobs_wait_and_other_tenants_go_on()
    {
        await Host.SaveAsync(new Tenant { Name = "held", Paused = true, UpdatedAt = DateTime.UnixEpoch });
        await Host.AnnounceAsync(Worker);
        await Host.CreateAsync(jobs: 1, commit: true, tenant: "held");
        var other = await Host.CreateAsync(jobs: 1, commit: true, tenant: "free");

        Assert.Equal(other, (await Host.SliceAsync()).BatchId);
        await using var db = Host.Store.Read();
        Assert.Equal(["free"], await db.Slices.Select(slice => slice.Tenant).ToListAsync());
    }

    [Fact]
    public async Task Most_calls_failing_opens_the_breaker_and_one_job_probes_before_the_rest_follow()
    {
        await Host.AnnounceAsync(Worker, slots: 1);
        var id = await Host.CreateAsync(jobs: 200, commit: true);
        await Host.ReportAsync(await Host.SliceAsync(), Worker, completed: _ => false);
        await Eventually.Equal(1, async () => (await GateAsync()).Trips);
        while (await Host.LiveAsync() > 0)
        {
            // What was cut before the breaker opened is handed back.
            await Host.ReportAsync(await Host.SliceAsync(), Worker, onlyFirst: 0);
        }

        Assert.True((await GateAsync()).ClosedUntil > TimeProvider.System.GetUtcNow().UtcDateTime);
        await OpenAsync();
        await Host.AnnounceAsync(Worker, slots: 1);
        var probe = await Host.SliceAsync();
        Assert.Single(JobBlock.Unpack(probe.Jobs));
        Assert.Equal(1, await Host.LiveAsync());

        await Host.ReportAsync(probe, Worker, completed: _ => true);
        await Eventually.Equal(0, async () => (await GateAsync()).Trips);
        await Host.RunToEndAsync(id, Worker);
    }

    [Fact]
    public async Task A_probe_that_fails_closes_the_upstream_again_for_twice_as_long()
    {
        await SaveGateAsync(gate => gate.Trips = 1);
        await Host.AnnounceAsync(Worker);
        var id = await Host.CreateAsync(jobs: 5, commit: true);

        await Host.ReportAsync(await Host.SliceAsync(), Worker, completed: _ => false);
        await Eventually.Equal(2, async () => (await GateAsync()).Trips);

        Assert.InRange((await GateAsync()).ClosedUntil, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20));
        Assert.Equal((0, 1), await Host.CountsAsync(id));
    }

    [Fact]
    public async Task An_upstream_that_does_not_say_for_how_long_is_closed_for_longer_each_time()
    {
        var lengths = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            await using var unit = await Host.Store.BeginAsync();
            lengths.Add(((await GateRows.CloseAsync(unit, "test", until: null, default)) - unit.Now).TotalSeconds);
            await unit.CommitAsync();
            await OpenAsync();
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300, 300], lengths.Select(seconds => Math.Round(seconds)));
    }

    [Fact]
    public async Task Whoever_deals_out_shares_waits_for_the_other_who_does()
    {
        await using var first = await Host.Store.BeginAsync();
        await GateRows.LockAsync(first.Db, ["b", "test", "a"], default);

        var second = LockAsync("test");
        var other = Provider == "Postgres" ? LockAsync("else") : Task.CompletedTask;
        await other.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(second.IsCompleted);
        await first.CommitAsync();
        await second.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task LockAsync(string ns)
    {
        await using var unit = await Host.Store.BeginAsync();
        await GateRows.LockAsync(unit.Db, [ns], default);
        await unit.CommitAsync();
    }

    private async Task<bool> PauseAsync(bool paused, string reason)
    {
        var client = Host.Bus.CreateRequestClient<PauseUpstream>(new Uri($"exchange:{Queues.Operations}"), TimeSpan.FromSeconds(20));
        return (await client.GetResponse<UpstreamPaused>(new PauseUpstream("test", paused, reason))).Message.Paused;
    }

    // The time for which the gate is closed passes.
    private Task OpenAsync() => SaveGateAsync(gate => gate.ClosedUntil = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(-1));

    private async Task SaveGateAsync(Action<Gate> change)
    {
        await using var unit = await Host.Store.BeginAsync();
        await GateRows.LockAsync(unit.Db, ["test"], default);
        change(await unit.Db.Gates.SingleAsync(gate => gate.Namespace == "test"));
        await unit.CommitAsync();
    }

    private async Task<Gate> GateAsync()
    {
        await using var db = Host.Store.Read();
        return await db.Gates.SingleOrDefaultAsync(gate => gate.Namespace == "test") ?? new Gate();
    }
}

public sealed class GatesOnSqliteTests() : GatesTests("Sqlite");

public sealed class GatesOnPostgresTests() : GatesTests("Postgres");
