using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Expansions;

/// <summary>
/// Does the work of one expansion: stages a job for each row, has the lifecycle take them in, and commits the batch if that
/// was asked for. Whoever goes on after a crash ends the append that was left first, so that jobs are added once or not at all.
/// </summary>
public sealed class Expanding(BatchStore store, ExpansionRows rows, AppendRows appends, BatchCommands commands, UpstreamDirectory upstreams)
{
    /// <summary>Goes on with the work from wherever it is.</summary>
    /// <exception cref="ExpansionLostException">Somebody else does it now.</exception>
    /// <exception cref="ProblemException">It is refused, or cannot be done just now.</exception>
    internal async Task RunAsync(Expansion work, CancellationToken cancellationToken)
    {
        await EndEarlierAppendAsync(work);
        if (!await rows.IsTakenAsync(work))
        {
            await AppendAsync(work, cancellationToken);
        }

        if (work.Commit)
        {
            await CommitAsync(work);
        }

        await rows.CompleteAsync(work);
    }

    private async Task EndEarlierAppendAsync(Expansion work)
    {
        await using var db = store.Read();
        if (await db.Appends.FirstOrDefaultAsync(append => append.Batch == work.Batch && append.Expansion == work.Id) is { } left)
        {
            await appends.TakeOverAsync(left);
        }
    }

    private async Task AppendAsync(Expansion work, CancellationToken cancellationToken)
    {
        var wanted = AppendRows.NewRow(work.BatchId, work.Batch, commandId: Guid.NewGuid());
        wanted.Expansion = work.Id;
        var row = await appends.OpenAsync(wanted, cancellationToken);
        var end = AppendEnd.NotTaken;
        try
        {
            // Only now is it certain: whoever ended an earlier append said so in the transaction that made room for this one.
            if (await rows.IsTakenAsync(work))
            {
                return;
            }

            var rules = new JobRules(await upstreams.CurrentAsync(cancellationToken), row.BaseIndex, defaultNamespace: null, defaultAction: null);
            await StageAsync(work, row, rules, cancellationToken);
            if (JobAppending.FaultOf(rules) is { } fault)
            {
                throw new ProblemException(fault);
            }

            end = AppendEnd.Unknown;
            var reply = await commands.SendAsync(new AcceptAppend(row.BatchId, row.CommandId, rules.Staged(row), work.Actor));
            end = reply.Accepted ? AppendEnd.Taken : AppendEnd.NotTaken;
            if (!reply.Accepted)
            {
                throw new ProblemException(reply.AsProblem());
            }
        }
        finally
        {
            await appends.EndAsync(row, end);
        }
    }

    private async Task StageAsync(Expansion work, Append row, JobRules rules, CancellationToken cancellationToken)
    {
        var template = new RowTemplate(ExpansionRequests.Read(work.Template));
        await foreach (var page in new ContentPages(store, work.Content, work.Rows).ReadAsync(cancellationToken))
        {
            var jobs = new List<StagedJob>(page.Count);
            foreach (var line in page)
            {
                Add(template, line, rules, jobs);
            }

            Task HoldAsync(StoreDb db) => rows.HoldAsync(db, work, rules.Count);
            await (rules.Errors.Count == 0
                ? appends.StageAsync(row, jobs, HoldAsync, cancellationToken)
                : appends.RenewAsync(row, HoldAsync, cancellationToken));
        }
    }

    private static void Add(RowTemplate template, DatasetRow row, JobRules rules, List<StagedJob> jobs)
    {
        var rendered = template.Render(row);
        var line = row.Index + 1;
        if (rendered.Missing is { } field)
        {
            rules.Errors.Add(line, field, ErrorCodes.InvalidJob, "is no field of the row");
            return;
        }

        var job = new JobMembers { Namespace = template.Namespace, Action = template.Action, Params = rendered.Params, CustomId = rendered.CustomId };
        rules.Add(line, job, jobs);
    }

    // Once committed, it stays so: a repetition finds its work done.
    private async Task CommitAsync(Expansion work)
    {
        var reply = await commands.SendAsync(new CommitBatch(work.BatchId, work.Id, work.Actor));
        if (reply is { Accepted: false, Code: not ErrorCodes.BatchAlreadyCommitted })
        {
            throw new ProblemException(reply.AsProblem());
        }
    }
}
