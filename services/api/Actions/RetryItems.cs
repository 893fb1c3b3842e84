using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Actions;

/// <summary>The failed jobs of a run: one command runs all of them again.</summary>
internal sealed class RetryItems(BatchStore store, BatchCommands commands, BulkAction action, Guid batch, RetryFilter only) : IActionItems
{
    public async Task<(int Count, bool More)> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        var run = await db.Runs.SingleOrDefaultAsync(row => row.BatchId == batch && row.Number == action.Run && row.ExpiredAt == null, cancellationToken);
        return (run is null ? 0 : await FailedJobs.Of(db, run, only).CountAsync(cancellationToken), false);
    }

    public async Task<(IReadOnlyList<ActionItem> Items, string? Next)> FindAsync(string? from, CancellationToken cancellationToken) =>
        from is null && await CountAsync(cancellationToken) is (> 0 and var count, _) ? ([new ActionItem("", batch, Weight: count)], null) : ([], null);

    public async Task<string?> ActAsync(ActionItem item) =>
        (await commands.SendAsync(new RetryFailedJobs(batch, BatchItems.CommandId(action.Id, batch), action.Actor, only))).Code;
}
