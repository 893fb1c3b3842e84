using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Adds jobs to a batch that is there, all or none: they are staged where nobody sees them, then one command makes the
/// lifecycle take them in.
/// </summary>
public sealed class Appender(AppendRows rows, BatchCommands commands, UpstreamDirectory upstreams)
{
    /// <summary>Adds what <paramref name="stage"/> stores under the row that it is given, unless it throws.</summary>
    /// <exception cref="ProblemException">404, 409 APPEND_IN_PROGRESS or APPEND_OUTDATED, 504, or what <paramref name="stage"/> says.</exception>
    internal async Task<CommandReply> RunAsync(
        Guid batchId, long number, Guid commandId, Actor actor, Func<Append, Task<JobRules>> stage, CancellationToken cancellationToken)
    {
        var row = await rows.OpenAsync(batchId, number, commandId, edits: false, cancellationToken);
        var end = AppendEnd.NotTaken;
        try
        {
            var rules = await stage(row);
            end = AppendEnd.Unknown;
            var reply = await commands.SendAsync(new AcceptAppend(row.BatchId, commandId, rules.Staged(row), actor));
            end = reply.Accepted ? AppendEnd.Taken : AppendEnd.NotTaken;
            return reply;
        }
        finally
        {
            await rows.EndAsync(row, end);
        }
    }

    /// <summary>Adds some jobs that are in memory.</summary>
    /// <returns>The lifecycle's reply, and the index of the first job if it was accepted.</returns>
    /// <exception cref="ProblemException">As for the other one; 422 for a job that cannot be taken.</exception>
    public async Task<(CommandReply Reply, int First)> AddAsync(
        Guid batchId, long number, IReadOnlyList<NewJob> jobs, Actor actor, CancellationToken cancellationToken)
    {
        var known = await upstreams.CurrentAsync(cancellationToken);
        var first = 0;
        var reply = await RunAsync(batchId, number, Guid.NewGuid(), actor, StageAsync, cancellationToken);
        return (reply, first);

        async Task<JobRules> StageAsync(Append row)
        {
            first = row.BaseIndex;
            var rules = new JobRules(known, first, defaultNamespace: null, defaultAction: null);
            foreach (var chunk in NewJob.Check(jobs, rules).Chunk(UploadChunk.MaxRecords))
            {
                await rows.StageAsync(row, chunk, _ => Task.CompletedTask, cancellationToken);
            }

            return rules;
        }
    }
}
