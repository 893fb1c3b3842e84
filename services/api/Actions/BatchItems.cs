using System.Security.Cryptography;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Actions;

/// <summary>The batches that a filter means, the oldest first; those that were made after the action are not touched.</summary>
internal sealed class BatchItems(BatchStore store, BatchCommands commands, BulkAction action, BatchVerb verb, BatchFilter filter) : IActionItems
{
    private const int Page = 200;

    public async Task<(int Count, bool More)> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await new BatchSearch(db, filter).CountAsync(cancellationToken);
    }

    public async Task<(IReadOnlyList<ActionItem> Items, string? Next)> FindAsync(string? from, CancellationToken cancellationToken)
    {
        var sort = BatchSort.OldestFirst;
        await using var db = store.Read();
        var (hits, next) = await new BatchSearch(db, filter).FindAsync(sort, sort.Read(from), Page, cancellationToken);
        return ([.. hits.Select(hit => new ActionItem(sort.Write(hit.At), hit.Id))], next is { } position ? sort.Write(position) : null);
    }

    public async Task<string?> ActAsync(ActionItem item)
    {
        var reply = await SendAsync(item.Batch, CommandId(action.Id, item.Batch), action.Actor);

        // What is gone was perhaps deleted by the same command, sent before a crash.
        return reply.Code is ErrorCodes.BatchNotFound && verb == BatchVerb.Delete ? null : reply.Code;
    }

    /// <summary>The command that an action sends to a batch, however often: the lifecycle answers a repeated one as before.</summary>
    internal static Guid CommandId(Guid action, Guid batch) => new(SHA256.HashData([.. action.ToByteArray(), .. batch.ToByteArray()]).AsSpan(0, 16));

    private Task<CommandReply> SendAsync(Guid batch, Guid command, Actor? actor) => verb switch
    {
        BatchVerb.Start => commands.SendAsync(new StartBatch(batch, command, actor)),
        BatchVerb.Stop => commands.SendAsync(new StopBatch(batch, command, actor)),
        BatchVerb.Pause => commands.SendAsync(new PauseBatch(batch, command, Reason: null, actor)),
        BatchVerb.Resume => commands.SendAsync(new ResumeBatch(batch, command, actor)),
        BatchVerb.RetryFailed => commands.SendAsync(new RetryFailedJobs(batch, command, actor)),
        _ => commands.SendAsync(new DeleteBatch(batch, command, action.Force, Actor: actor)),
    };
}
