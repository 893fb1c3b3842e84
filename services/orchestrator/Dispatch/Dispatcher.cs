using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Gates;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// Keeps the workers supplied: whenever there is room in the broker it cuts slices from the lanes whose turn it is.
/// Any number of orchestrators may do this at once; each cut is conditional on the rows that it changes.
/// </summary>
public sealed partial class Dispatcher(
    BatchStore store,
    Workers workers,
    UpstreamCatalog upstreams,
    Pace pace,
    DispatchSignal signal,
    SliceSender sender,
    Outcomes.OutcomeLedger ledger,
    TimeProvider time,
    IOptions<OrchestratorOptions> options,
    ILogger<Dispatcher> logger) : BackgroundService
{
    // Slices cut in one transaction at most, so that it stays short.
    private const int SlicesPerRound = 16;

    // How many times as many slices as usual may wait, at most.
    private const int LargestStock = 4;

    private readonly Served _served = new();
    private int _stock;
    private Task _sending = Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RoundAsync(stoppingToken))
                {
                }

                await signal.WaitAsync(TimeSpan.FromSeconds(options.Value.ClockSeconds), time, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.RoundFailed(logger, error);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, stoppingToken);
            }
        }
    }

    /// <summary>Cuts what there is room for; true when the round ended for its own bound and another may find more.</summary>
    internal async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        var slots = workers.Slots;
        if (slots == 0)
        {
            return false;
        }

        // Whoever ends a slice from here on wakes us again, unless there turns out to be nothing that waits for its room.
        signal.Left(some: true);
        await using var db = store.Read();
        var lanes = await Outlook.LanesAsync(db, time.GetUtcNow().UtcDateTime, cancellationToken);
        if (lanes.Count == 0)
        {
            signal.Left(some: false);
            _stock = 0;
            return false;
        }

        var room = Math.Min(Room(lanes[0].Waiting, slots * options.Value.WaitingPerSlot), SlicesPerRound);
        if (room == 0)
        {
            return false;
        }

        var cut = await CutAsync(lanes, room, slots, cancellationToken);
        _stock = cut < room ? 0 : _stock;
        return cut == SlicesPerRound;
    }

    // How many more slices may wait. Workers that ran out of them since the last round end slices sooner than rounds follow
    // each other, and get more in advance, as long as that goes on: what waits is what a batch that comes now has to wait for.
    private int Room(int waiting, int usual)
    {
        _stock = waiting == 0 ? Math.Clamp(_stock * 2, 1, LargestStock) : Math.Max(_stock, 1);

        // Half of what may wait still does: the workers have enough, and the next round cuts several slices for the price of one.
        if (waiting * 2 > usual * _stock)
        {
            _stock /= 2;
            return 0;
        }

        return (usual * _stock) - waiting;
    }

    private async Task<int> CutAsync(IReadOnlyList<RunnableLane> lanes, int room, int slots, CancellationToken cancellationToken)
    {
        var definitions = await upstreams.LatestAsync(lanes.Select(lane => lane.Lane.Namespace), cancellationToken);
        await using var unit = await store.BeginAsync(cancellationToken);

        // With the gates locked nobody else deals out shares of these upstreams: what is live now is all that is.
        var gates = await GateRows.LockAsync(unit.Db, lanes.Select(lane => lane.Lane.Namespace), cancellationToken);
        var live = await Outlook.LiveAsync(unit.Db, cancellationToken);
        var dealer = new Dealer(definitions, gates, new Grants(live, slots), pace, unit.Now, options.Value.SliceSeconds);
        var returned = new ReturnedSlices(unit, store.Bulk, dealer, ledger, options.Value, cancellationToken);
        var cutter = new Cutter(unit, store.Bulk, dealer, returned, options.Value, cancellationToken);
        var (turns, slices) = (new Turns(lanes, live, _served), new List<(RunSlice Slice, string? Trace)>());
        while (slices.Count < room && turns.Next() is { } lane)
        {
            if (await cutter.CutAsync(lane) is not { } slice)
            {
                turns.Drop(lane);
                continue;
            }

            slices.Add((slice, lane.Trace));
            turns.Took(lane);
        }

        signal.Left(some: lanes.Any(lane => lane.Lane.Open || lane.HasReturned || lane.Lane.RetryAt <= unit.Now));
        await NoteBurstsAsync(unit, definitions, slices.Select(sent => sent.Slice.Namespace), cancellationToken);
        unit.AfterCommit(() => SendAsync(slices, cancellationToken));
        await unit.CommitAsync(cancellationToken);
        return slices.Count;
    }

    // The broker confirms them while the next round is cut, so that the workers need not wait for both.
    private async Task SendAsync(IReadOnlyCollection<(RunSlice Slice, string? Trace)> slices, CancellationToken cancellationToken)
    {
        await _sending;
        _sending = sender.SendAsync(slices, cancellationToken);
    }

    // A burst comes back once the upstream has not been called for the time in which its rate makes up for it.
    private static async Task NoteBurstsAsync(WorkUnit unit, IReadOnlyDictionary<string, Upstream> definitions, IEnumerable<string> called, CancellationToken cancellationToken)
    {
        foreach (var ns in called.Distinct(StringComparer.Ordinal))
        {
            if (definitions.GetValueOrDefault(ns)?.Limits is { Burst: > 0, RequestsPerSecond: > 0 } limits)
            {
                var until = unit.Now.AddSeconds(limits.Burst / limits.RequestsPerSecond);
                await unit.Db.Gates.Where(gate => gate.Namespace == ns).ExecuteUpdateAsync(gate => gate.SetProperty(g => g.BurstFrom, until), cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A dispatch round failed; trying again")]
        public static partial void RoundFailed(ILogger logger, Exception error);
    }
}
