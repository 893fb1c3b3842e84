using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Model.Tests;

/// <summary>Looks at one batch of the product, and waits for it to be what the model says.</summary>
internal sealed class ProductBatch(ModelHost host, FakeWorker worker, Guid id, long number)
{
    private const int KeptFires = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);

    /// <summary>How the batch still differs after some time in which everything should have followed; null when it does not.</summary>
    public Task<string?> DifferenceAsync(ModelBatch model) => EventuallyAsync(() => LookAsync(model));

    /// <summary>The same of the outcomes, what was announced, and what is left of the latest run.</summary>
    public async Task<string?> LedgerDifferenceAsync(ModelBatch model) =>
        model.Deleted ? null : await EventuallyAsync(() => LookAtOutcomesAsync(model)) ?? await EventuallyAsync(() => LookAtTheEndAsync(model));

    private static async Task<string?> EventuallyAsync(Func<Task<string?>> look)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var difference = await look();
            if (difference is null || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return difference;
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task<string?> LookAsync(ModelBatch model)
    {
        if (worker.SentTwice is { } twice)
        {
            return $"jobs were sent that a worker has already: {twice}";
        }

        await using var db = host.Product.Store.Read();
        // The row of a deleted batch goes, too, once all else of it has gone.
        var batch = await db.Batches.SingleOrDefaultAsync(row => row.CorrelationId == id);
        if (model.Deleted || batch is null or { DeletedAt: not null })
        {
            var deleted = batch is null or { DeletedAt: not null };
            return model.Deleted == deleted ? null : $"deleted: {deleted}, not {model.Deleted}";
        }

        var run = await db.Runs.FirstOrDefaultAsync(row => row.Batch == number && row.Number == batch.Run);
        var seen = new Seen(batch.CurrentState, batch.Run, batch.Total, batch.Paused, run?.Total ?? 0, run?.Completed ?? 0, run?.Failed ?? 0, batch.Fires.Count, batch.FireQueued);
        var expected = new Seen(
            model.State.ToString(), model.Runs.Count, model.Total, model.Paused, model.Run?.Jobs.Count ?? 0, (model.Run?.Ended.Count - model.Run?.Failed) ?? 0, model.Run?.Failed ?? 0,
            Math.Min(model.Fires, KeptFires), model.FireQueued);
        return seen == expected ? LookAtWork(model) : $"\n  product {seen}\n  model   {expected}";
    }

    private string? LookAtWork(ModelBatch model)
    {
        foreach (var run in model.Runs)
        {
            var sent = worker.OutOf(run.Number).Order().ToList();
            if (!sent.SequenceEqual(run.Out))
            {
                return $"of run {run.Number} workers have {string.Join(',', sent)}, not {string.Join(',', run.Out)}";
            }
        }

        return null;
    }

    private async Task<string?> LookAtOutcomesAsync(ModelBatch model)
    {
        await using var db = host.Product.Store.Read();
        var rows = await db.Outcomes.Where(row => row.Batch == number).OrderBy(row => row.Run).ThenBy(row => row.Index).ToListAsync();
        foreach (var run in model.Runs)
        {
            var stored = rows.Where(row => row.Run == run.Number).ToList();
            var (told, expected) = (
                string.Join(' ', stored.Select(row => $"{row.Index}:{row.State == JobState.Completed}")), string.Join(' ', run.Ended.Select(job => $"{job.Key}:{job.Value}")));
            if (told != expected || !stored.Select(row => row.Seq).Order().SequenceEqual(Enumerable.Range(1, stored.Count)))
            {
                return $"the outcomes of run {run.Number} are {told}, not {expected}; they arrived as {string.Join(',', stored.Select(row => row.Seq))}";
            }
        }

        return null;
    }

    private async Task<string?> LookAtTheEndAsync(ModelBatch model)
    {
        var told = host.AnnouncedOf(id).Order().ToList();
        var expected = model.Announced.Order().ToList();
        if (!told.SequenceEqual(expected))
        {
            return $"announced are {string.Join(' ', told)}, not {string.Join(' ', expected)}";
        }

        await using var db = host.Product.Store.Read();
        var run = model.Runs.Count;
        var left = await db.Slices.CountAsync(row => row.Batch == number && row.Run == run) + await db.Retries.CountAsync(row => row.Batch == number && row.Run == run);
        return model.State != BatchState.Finished || left == 0 ? null : $"of the finished run {left} slices and retries are left";
    }

    private sealed record Seen(string State, int Run, int Total, bool Paused, int Jobs, int Completed, int Failed, int Fires, bool FireQueued);
}
