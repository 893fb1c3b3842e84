using System.Diagnostics.Metrics;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>Measures what stands in the store, as long as somebody collects it. Every orchestrator shows the same: take the greatest, not the sum.</summary>
public sealed class StoreGauges : Clock
{
    private readonly BatchStore _store;
    private readonly TimeProvider _time;
    private readonly Gauge<long> _slices;
    private readonly Gauge<long> _unfinished;
    private readonly Gauge<double> _outbox;
    private readonly Gauge<int> _upstreams;

    public StoreGauges(BatchStore store, IMeterFactory meters, TimeProvider time, ILogger<StoreGauges> logger)
        : base(time, logger)
    {
        (_store, _time) = (store, time);
        var meter = meters.Create(Meters.Name);
        _slices = meter.CreateGauge<long>("batchplatform.slices", "{slice}", "Slices by state: queued in the broker, taken by a worker, returned.");
        _unfinished = meter.CreateGauge<long>("batchplatform.jobs.unfinished", "{job}", "Jobs of runs that have not settled, without an outcome.");
        _outbox = meter.CreateGauge<double>("batchplatform.outbox.lag", "s", "Age of the oldest message that the broker has not confirmed.");
        _upstreams = meter.CreateGauge<int>("batchplatform.upstream.open", "1", "1 while an upstream may be called, 0 while it is closed or paused.");
    }

    protected override TimeSpan Period => TimeSpan.FromSeconds(15);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!_slices.Enabled)
        {
            return;
        }

        await using var db = _store.Read();
        var now = _time.GetUtcNow().UtcDateTime;
        var slices = await db.Slices.GroupBy(slice => slice.State).Select(group => new { group.Key, Count = group.LongCount() }).ToListAsync(cancellationToken);
        foreach (var state in Enum.GetValues<SliceState>())
        {
            var count = slices.Find(group => group.Key == state)?.Count ?? 0;
            _slices.Record(count, new KeyValuePair<string, object?>("batchplatform.slice.state", state.ToString().ToLowerInvariant()));
        }

        _unfinished.Record(await db.Runs.Where(run => run.SettledAt == null).SumAsync(run => (long)(run.Total - run.Completed - run.Failed), cancellationToken));
        var oldest = await db.Outbox.OrderBy(row => row.Id).Select(row => (DateTime?)row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        _outbox.Record(oldest is null ? 0 : Math.Max(0, (now - oldest.Value).TotalSeconds));
        foreach (var gate in await db.Gates.Select(gate => new { gate.Namespace, gate.Paused, gate.ClosedUntil }).ToListAsync(cancellationToken))
        {
            _upstreams.Record(gate.Paused || gate.ClosedUntil > now ? 0 : 1, new KeyValuePair<string, object?>(Meters.Upstream, gate.Namespace));
        }
    }
}
