using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Actions;

/// <summary>
/// Does the work of an action for a while: a few items at once, no more in a second than was asked for. What is taken in hand is
/// written down first, so that whoever goes on after a crash begins with that, and counts it once.
/// </summary>
public sealed class Acting(ActionRows rows, ActionTargets targets, TimeProvider time)
{
    // So few that they are over before the lease is, and enough for the highest rate.
    private const int MaxAtOnce = 16;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <summary>Goes on with the work until it is over, or its turn is.</summary>
    /// <exception cref="ActionLostException">Somebody else does it now.</exception>
    /// <exception cref="ProblemException">It cannot go on just now.</exception>
    internal async Task RunAsync(BulkAction work, CancellationToken cancellationToken)
    {
        var (items, began) = (targets.Of(work), time.GetTimestamp());
        if (ActionProgress.InHandOf(work) is { Count: > 0 } left)
        {
            await ActAsync(work, items, left, cancellationToken);
        }

        var (found, from, isEnd) = (new Queue<ActionItem>(), work.Cursor, false);
        while ((found.Count > 0 || !isEnd) && time.GetElapsedTime(began) < Turn && !cancellationToken.IsCancellationRequested)
        {
            if (found.Count == 0)
            {
                (var more, from) = await items.FindAsync(from, cancellationToken);
                (found, isEnd) = (new Queue<ActionItem>(more), from is null);
                work.Cursor = more.Count == 0 ? from ?? work.Cursor : work.Cursor;
                continue;
            }

            var portion = Portion(found, work);
            work.Take(portion);
            if (!await rows.KeepAsync(work))
            {
                return;
            }

            await ActAsync(work, items, portion, cancellationToken);
        }

        if (await rows.KeepAsync(work) && found.Count == 0 && isEnd)
        {
            await rows.FinishAsync(work);
        }
    }

    private async Task ActAsync(BulkAction work, IActionItems items, IReadOnlyList<ActionItem> portion, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var codes = await Task.WhenAll(portion.Select(items.ActAsync));
        work.Count([.. portion.Zip(codes)]);
        var rest = TimeSpan.FromSeconds((double)portion.Count / work.MaxPerSecond) - time.GetElapsedTime(began);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancellationToken);
        }
    }

    // A tenth of a second's worth, so that a rate is kept within the second too.
    private static List<ActionItem> Portion(Queue<ActionItem> found, BulkAction work)
    {
        var portion = new List<ActionItem>();
        for (var most = Math.Clamp(work.MaxPerSecond / 10, 1, MaxAtOnce); portion.Count < most && found.TryDequeue(out var item);)
        {
            portion.Add(item);
        }

        return portion;
    }
}
