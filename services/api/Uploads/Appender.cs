using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// Adds jobs to a batch that is there, all or none: they are staged where nobody sees them, then one command makes the
/// lifecycle take them in.
/// </summary>
public sealed class Appender(AppendRows rows, BatchCommands commands, UpstreamDirectory upstreams, QuotaGate quotas)
{
    /// <summary>Adds what <paramref name="stage"/> stores under the row <paramref name="wanted"/>, as it is given, unless it throws.</summary>
    /// <exception cref="ProblemException">404, 409 APPEND_IN_PROGRESS or APPEND_OUTDATED, 504, or what <paramref name="stage"/> says.</exception>
    internal async Task<CommandReply> RunAsync(
        Append wanted, Actor actor, Func<Append, Task<JobRules>> stage, CancellationToken cancellationToken)
    {
        var row = await rows.OpenAsync(wanted, cancellationToken);
        var end = AppendEnd.NotTaken;
        try
        {
            var rules = await stage(row);
            end = AppendEnd.Unknown;
            var reply = await commands.SendAsync(new AcceptAppend(row.BatchId, row.CommandId, rules.Staged(row), actor));
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
    /// <exception cref="ProblemException">As for the other one; 422 for a job that cannot be taken, 429 or 422 for a quota.</exception>
    public async Task<(CommandReply Reply, int First)> AddAsync(
        Batch batch, IReadOnlyList<NewJob> jobs, Actor actor, CancellationToken cancellationToken)
    {
        await quotas.EnsureAsync(batch.Tenant, BatchRow.Of(batch).UseOf(jobs.Count, batch.Total), cancellationToken);
        var known = await upstreams.CurrentAsync(cancellationToken);
        var first = 0;
        var reply = await RunAsync(AppendRows.NewRow(batch.CorrelationId, batch.Number, Guid.NewGuid()), actor, StageAsync, cancellationToken);
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
