using BatchPlatform.Contracts;
using BatchPlatform.Store;
using MassTransit;
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

        // Half of what may wait still does: the workers have enough, and the next round cuts several slices for the price of one.
        var outlook = await Outlook.ReadAsync(store, time.GetUtcNow().UtcDateTime, cancellationToken);
        var wanted = slots * options.Value.WaitingPerSlot;
        if (outlook.Lanes.Count == 0 || outlook.Waiting * 2 > wanted)
        {
            return false;
        }

        var room = Math.Min(wanted - outlook.Waiting, SlicesPerRound);
        return await CutAsync(outlook, room, slots, cancellationToken) == SlicesPerRound;
    }

    private async Task<int> CutAsync(Outlook outlook, int room, int slots, CancellationToken cancellationToken)
    {
        var definitions = await upstreams.LatestAsync(cancellationToken);
        var (turns, grants, slices) = (new Turns(outlook), new Grants(outlook.Live), new List<RunSlice>());
        await using var unit = await store.BeginAsync(cancellationToken);
        var returned = new ReturnedSlices(unit, store.Bulk, ledger, options.Value, cancellationToken);
        var cutter = new Cutter(unit, store.Bulk, returned, options.Value, cancellationToken);
        while (slices.Count < room && turns.Next() is { } lane)
        {
            var upstream = definitions.GetValueOrDefault(lane.Lane.Namespace) ?? new Upstream { Namespace = lane.Lane.Namespace };
            if (grants.Find(upstream, slots) is not { } share)
            {
                turns.Drop(lane);
                continue;
            }

            if (await cutter.CutAsync(lane, new Grant(upstream, share, JobsFor(upstream, share))) is not { } slice)
            {
                turns.Drop(lane);
                continue;
            }

            slices.Add(slice);
            turns.Took(lane);
            grants.Use(upstream.Namespace, share);
        }

        unit.AfterCommit(() => sender.SendAsync(slices, cancellationToken));
        await unit.CommitAsync(cancellationToken);
        return slices.Count;
    }

    // About as many as keep the share busy for the time a slice should take. Of an action that must not be repeated all
    // jobs of a lost slice may have been in flight, so it holds no more than can be.
    private int JobsFor(Upstream upstream, Share share)
    {
        var seconds = options.Value.SliceSeconds;
        var byPace = pace.JobsFor(upstream.Namespace, seconds, share.Concurrency);
        var byRate = share.CallsPerSecond > 0 ? Math.Max(1, (int)(share.CallsPerSecond * seconds)) : Limits.SliceJobs;
        var byDelivery = upstream.Actions.Values.Any(action => action.AtMostOnce) ? share.Concurrency : Limits.SliceJobs;
        return Math.Min(byPace, Math.Min(byRate, byDelivery));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A dispatch round failed; trying again")]
        public static partial void RoundFailed(ILogger logger, Exception error);
    }
}
