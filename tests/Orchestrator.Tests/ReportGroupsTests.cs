using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Reports of one run that wait while another of it is being stored. On PostgreSQL, which says by which transaction a row was written.</summary>
public sealed class ReportGroupsTests : IAsyncLifetime
{
    private const int Jobs = 5;
    private static readonly Guid Worker = Guid.NewGuid();

    private OrchestratorHost _host = null!;
    private ReportGroups _groups = null!;
    private Guid _batch;

    public async Task InitializeAsync()
    {
        _host = await OrchestratorHost.StartAsync("Postgres", new() { ["Orchestrator:ResendSeconds"] = "600" });
        _groups = _host.Get<ReportGroups>();

        // One job a slice: they are cut for a second's work.
        await _host.DefineAsync(new Upstream { BaseUrl = "http://127.0.0.1:1", Limits = new UpstreamLimits { RequestsPerSecond = Jobs, Concurrency = Jobs } });
        await _host.AnnounceAsync(Worker, slots: Jobs);
    }

    public async Task DisposeAsync()
    {
        await StoreInvariants.CheckAsync(_host.Store);
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task They_are_stored_together_by_the_next_transaction()
    {
        var reports = await ReportsAsync();

        await StoreWhileTheRunIsLockedAsync(reports);

        Assert.Equal((Jobs, 0), await _host.CountsAsync(_batch));
        Assert.Equal(2, await TransactionsAsync());
        await _host.EventuallyInAsync(_batch, BatchState.Finished);
    }

    [Fact]
    public async Task One_that_cannot_be_stored_fails_alone()
    {
        var reports = await ReportsAsync();
        reports[2] = reports[2] with { Outcomes = [1, 2, 3] };

        var failures = await StoreWhileTheRunIsLockedAsync(reports);

        Assert.Equal([null, null, typeof(InvalidDataException), null, null], failures.Select(failure => failure?.GetType()));
        Assert.Equal((Jobs - 1, 0), await _host.CountsAsync(_batch));
    }

    [Fact]
    public async Task A_copy_in_the_same_group_counts_once()
    {
        var reports = await ReportsAsync();

        await StoreWhileTheRunIsLockedAsync([.. reports, .. reports]);

        Assert.Equal((Jobs, 0), await _host.CountsAsync(_batch));
    }

    [Fact]
    public async Task One_that_was_not_stored_looks_at_each_job_whatever_its_slice_says()
    {
        var reports = await ReportsAsync();
        await SaveOutcomeAsync(reports[0]);

        await Assert.ThrowsAsync<DbUpdateException>(() => _groups.StoreAsync(reports[0], again: false, default));
        await _groups.StoreAsync(reports[0], again: true, default);

        Assert.Equal((1, 0), await _host.CountsAsync(_batch));
        await Eventually.True(async () => !await SomeAreReturnedAsync());
    }

    // What becomes of each: null when it was stored.
    private async Task<IReadOnlyList<Exception?>> StoreWhileTheRunIsLockedAsync(IReadOnlyList<ReportOutcomes> reports)
    {
        List<Task> storing;
        await using (var unit = await _host.Store.BeginAsync())
        {
            await unit.Db.Database.ExecuteSqlRawAsync("UPDATE runs SET seq = seq");
            storing = [.. reports.Select(report => _groups.StoreAsync(report, again: false, default))];
        }

        await Task.WhenAll(storing).ContinueWith(_ => { }, TaskScheduler.Default);
        return [.. storing.Select(task => task.Exception?.InnerException)];
    }

    private async Task<ReportOutcomes[]> ReportsAsync()
    {
        _batch = await _host.CreateAsync(Jobs, commit: true, new BatchSettings(Limits: new BatchLimits(RequestsPerSecond: Jobs)));
        var reports = new List<ReportOutcomes>();
        while (reports.Sum(report => OutcomeBlock.Unpack(report.Outcomes).Count) < Jobs)
        {
            var slice = await _host.SliceAsync();
            var outcomes = JobBlock.Unpack(slice.Jobs).Select(job => OrchestratorHost.Ended(job, completed: true)).ToList();
            reports.Add(new ReportOutcomes(slice.SliceId, slice.Number, slice.Run, Worker, Last: true, OutcomeBlock.Pack(outcomes), Retries: [], Closing: null, BusySeconds: 0.01));
        }

        return [.. reports];
    }

    // As if somebody had stored it behind the slice's back, which nobody does.
    private async Task SaveOutcomeAsync(ReportOutcomes report)
    {
        await using var unit = await _host.Store.BeginAsync();
        await _host.Get<OutcomeLedger>().StoreAsync(unit, "default", report.Number, report.Run, OutcomeBlock.Unpack(report.Outcomes), default);
        await unit.CommitAsync();
    }

    private async Task<bool> SomeAreReturnedAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Slices.AnyAsync(slice => slice.State == SliceState.Returned);
    }

    private async Task<int> TransactionsAsync()
    {
        await using var db = _host.Store.Read();
        return await db.Database.SqlQuery<int>($"SELECT count(DISTINCT xmin::text)::int AS \"Value\" FROM outcomes").SingleAsync();
    }
}
