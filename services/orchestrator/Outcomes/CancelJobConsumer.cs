using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Cancels single jobs for the api.</summary>
public sealed class CancelJobConsumer(BatchStore store, OutcomeLedger ledger, DispatchSignal signal) : IConsumer<CancelJob>
{
    public async Task Consume(ConsumeContext<CancelJob> context)
    {
        var (batch, index) = (context.Message.Number, context.Message.Index);
        await using var unit = await store.BeginAsync(context.CancellationToken);
        var found = await unit.Db.Batches
            .Where(row => row.Number == batch && row.DeletedAt == null)
            .Select(row => new { Id = row.CorrelationId, row.Run })
            .FirstOrDefaultAsync(context.CancellationToken);
        var jobs = new UnrunJobs(unit, ledger, context.CancellationToken);
        if (found is null or { Run: 0 } || await jobs.LockAsync(batch, found.Run) is not { } run)
        {
            await context.RespondAsync(new JobReply(ErrorCodes.BatchNotRunning, "The batch has not been committed."));
            return;
        }

        if ((context.Message.Run > 0 && context.Message.Run != run.Number) || run.SettledAt is not null || await jobs.OpenAsync(run, index, atMost: 1) is not [{ } open] || open.Index != index)
        {
            await context.RespondAsync(new JobReply(ErrorCodes.JobEnded, "The job has ended."));
            return;
        }

        await jobs.FailAsync(run, [(open, ErrorCodes.JobCancelled, "The job was cancelled.")]);
        unit.Record(context.Message.Actor, AuditActions.JobCancel, $"batches/{found.Id:D}", $"job {index}");
        unit.AfterCommit(() => context.RespondAsync(new JobReply(Code: null, Detail: null)));
        await unit.CommitAsync(context.CancellationToken);
        signal.Wake();
    }
}
