using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>The steps of which <see cref="BatchLifecycle"/>'s transitions are made, so that those read as sentences.</summary>
internal static class LifecycleSteps
{
    // A client repeats a command within minutes; nobody sends this many others in between.
    private const int KeptReplies = 16;

    /// <summary>The answer to a command for a batch that is not there.</summary>
    public static CommandReply Unknown(IBatchCommand command) =>
        new(command.CommandId, ErrorCodes.BatchNotFound, "There is no such batch.", State: null, Total: 0, Run: 0);

    public static EventActivityBinder<Batch, CreateBatch> DescribeFromCommand(this EventActivityBinder<Batch, CreateBatch> binder) =>
        binder.Then(context =>
        {
            var (batch, command, now) = (context.Saga, context.Message, context.Now());
            batch.Number = command.Number;
            batch.Tenant = command.Tenant;
            batch.Name = command.Name;
            batch.Recurring = command.Recurring || command.Schedule is not null;
            batch.Options = command.Options;
            batch.Callback = command.Callback;
            batch.Schedule = command.Schedule;
            batch.Dialect = command.Dialect;
            batch.DialectDocument = command.DialectDocument;
            batch.CreatedAt = now;
            batch.UpdatedAt = now;
            if (command.Append is not null)
            {
                Appending.TakeIn(batch, command.Append);
            }
        });

    /// <summary>A create that comes too late leaves no batch behind either.</summary>
    public static EventActivityBinder<Batch, CreateBatch> StayAway(this EventActivityBinder<Batch, CreateBatch> binder) =>
        binder.Withdraw().Refuse(ErrorCodes.BatchNotFound, "The batch was deleted, or its create was given up.");

    /// <summary>From now on the schedule's clock knows when the batch runs next.</summary>
    public static EventActivityBinder<Batch, CreateBatch> PlanFires(this EventActivityBinder<Batch, CreateBatch> binder) =>
        binder.If(context => context.Saga.Schedule is not null, scheduled => scheduled.ThenAsync(context => context.Fires().PlanAsync(context.Saga)));

    /// <summary>A create that was refused leaves no batch behind.</summary>
    public static EventActivityBinder<Batch, CreateBatch> Withdraw(this EventActivityBinder<Batch, CreateBatch> binder) =>
        binder.Then(context => context.Saga.DeletedAt = context.Now());

    public static EventActivityBinder<Batch, AcceptAppend> TakeInIfItFollows(this EventActivityBinder<Batch, AcceptAppend> binder) =>
        binder.IfElse(
            context => Appending.Follows(context.Saga, context.Message.Append),
            follows => follows.IfQuotasAllow(fits => fits
                .Then(context =>
                {
                    Appending.TakeIn(context.Saga, context.Message.Append);
                    context.Saga.UpdatedAt = context.Now();
                })
                .Accept()),
            late => late.Refuse(ErrorCodes.AppendOutdated, "Other jobs were added while these were being staged."));

    public static EventActivityBinder<Batch, AcceptAppend> RefuseJobs(this EventActivityBinder<Batch, AcceptAppend> binder) =>
        binder.Then(context =>
        {
            var (code, detail) = Appending.Refusal(context.Saga, context.Message.Append);
            context.Reply(code, detail);
        });

    public static EventActivityBinder<Batch, UpdateBatch> ApplyPatchIfItFits(this EventActivityBinder<Batch, UpdateBatch> binder) =>
        binder.IfElse(
            context => BatchPatch.Fits(context.Saga, context.Message.Patch),
            fits => fits
                .ThenAsync(async context =>
                {
                    if (BatchPatch.Apply(context.Saga, context.Message.Patch))
                    {
                        await context.Fires().PlanAsync(context.Saga);
                    }

                    context.Saga.UpdatedAt = context.Now();
                    await context.Runs().UpdatePriorityAsync(context.Saga);
                })
                .Accept(),
            changed => changed.Refuse(ErrorCodes.BatchChanged, "The batch was changed meanwhile, and cannot be changed so any more."));

    public static EventActivityBinder<Batch, T> BeginRun<T>(this EventActivityBinder<Batch, T> binder)
        where T : class =>
        binder.ThenAsync(context => context.Runs().BeginAsync(context.Saga));

    /// <summary>Whether the start of a stopped batch begins a new run: it asks for one, or nothing is left of the last and the jobs may have changed since.</summary>
    public static async Task<bool> BeginsAnewAsync(BehaviorContext<Batch, StartBatch> context) =>
        context.Message.Anew || (context.Saga.Recurring && await context.Runs().IsSettledAsync(context.Saga));

    public static EventActivityBinder<Batch, T> ResumeRun<T>(this EventActivityBinder<Batch, T> binder)
        where T : class =>
        binder.ThenAsync(context => context.Runs().ResumeAsync(context.Saga));

    public static EventActivityBinder<Batch, RetryFailedJobs> RetryIfSettled(this EventActivityBinder<Batch, RetryFailedJobs> binder, BatchLifecycle lifecycle) =>
        binder.IfElseAsync(
            context => context.Runs().IsSettledAsync(context.Saga),
            settled => settled.IfElseAsync(
                context => context.Runs().HasFailedJobsAsync(context.Saga, context.Message.Only),
                failed => failed.IfQuotasAllow(QuotaSteps.OfRetryAsync, fits => fits
                    .AnnounceStop()
                    .ThenAsync(context => context.Runs().BeginRetryAsync(context.Saga, context.Message.Only))
                    .TransitionTo(lifecycle.Committed)
                    .Accept()),
                none => none.Refuse(ErrorCodes.NothingToRetry, "No job of the batch has failed as was asked for, or the results have expired.")),
            unsettled => unsettled.Refuse(ErrorCodes.RunUnfinished, "Some jobs have no outcome yet; start the batch to run them."));

    public static EventActivityBinder<Batch, RunStarted> NoteStart(this EventActivityBinder<Batch, RunStarted> binder) =>
        binder.Then(context =>
        {
            context.Saga.StartedAt ??= context.Now();
            context.Saga.UpdatedAt = context.Now();
        });

    /// <summary>Cuts nothing more, tells the workers, and owes one <c>batch.stopped</c>.</summary>
    public static EventActivityBinder<Batch, T> HaltRun<T>(this EventActivityBinder<Batch, T> binder, bool abort = false)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var batch = context.Saga;
            await context.Runs().HaltAsync(batch);
            batch.StopOwed = true;
            batch.EndedAt = context.Now();
            batch.UpdatedAt = context.Now();

            // Made now: by the time it leaves, a fire may have begun another run.
            var stop = new StopRun(batch.CorrelationId, batch.Run, batch.Epoch, abort);
            var bus = context.GetPayload<Surroundings>().Bus;
            context.Unit().AfterCommit(() => bus.Publish(stop));
        });

    /// <summary>Announces a stop that has not been announced yet.</summary>
    public static EventActivityBinder<Batch, T> AnnounceStop<T>(this EventActivityBinder<Batch, T> binder)
        where T : class =>
        binder.If(
            context => context.Saga.StopOwed,
            owed => owed.Then(context =>
            {
                context.Saga.StopOwed = false;
                context.Saga.UpdatedAt = context.Now();
                context.Announce(BatchState.Stopped);
            }));

    public static EventActivityBinder<Batch, RunSettled> FinishRun(this EventActivityBinder<Batch, RunSettled> binder) =>
        binder.Then(context =>
        {
            RunBook.EndHold(context.Saga);
            context.Saga.EndedAt = context.Now();
            context.Saga.UpdatedAt = context.Now();
            context.Announce(BatchState.Finished);
        });

    public static EventActivityBinder<Batch, PauseBatch> HoldJobs(this EventActivityBinder<Batch, PauseBatch> binder) =>
        binder.ThenAsync(context => context.HoldAsync(context.Message.Reason));

    /// <summary>Pauses for a reason of the platform's own; who paused before keeps his.</summary>
    public static EventActivityBinder<Batch, RunHeld> HoldRun(this EventActivityBinder<Batch, RunHeld> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!context.Saga.Paused && await context.Runs().IsHeldAsync(context.Saga))
            {
                await context.HoldAsync(context.Message.Reason);
            }
        });

    public static EventActivityBinder<Batch, ResumeBatch> ReleaseJobs(this EventActivityBinder<Batch, ResumeBatch> binder) =>
        binder.ThenAsync(async context =>
        {
            if (context.Saga.PausedAt is { } since)
            {
                await context.Runs().ReleaseAsync(context.Saga, since);
            }

            context.Saga.PausedAt = null;
            context.Saga.Paused = false;
            context.Saga.PauseReason = null;
            context.Saga.UpdatedAt = context.Now();
        });

    public static EventActivityBinder<Batch, DeleteBatch> Remove(this EventActivityBinder<Batch, DeleteBatch> binder) =>
        binder.ThenAsync(async context =>
        {
            await context.Fires().EndAsync(context.Saga);
            context.Saga.DeletedAt = context.Now();
            context.Saga.StopOwed = false;
            context.Unit().Owe(new BatchDeleted(context.Saga.CorrelationId, context.Saga.Number, context.Saga.Tenant));
        });

    public static EventActivityBinder<Batch, T> Accept<T>(this EventActivityBinder<Batch, T> binder)
        where T : class, IBatchCommand =>
        binder.Then(context => context.Reply(code: null, detail: null));

    public static EventActivityBinder<Batch, T> Refuse<T>(this EventActivityBinder<Batch, T> binder, string code, string detail)
        where T : class, IBatchCommand =>
        binder.Then(context => context.Reply(code, detail));

    public static EventActivityBinder<Batch, T> RefuseEmpty<T>(this EventActivityBinder<Batch, T> binder)
        where T : class, IBatchCommand =>
        binder.Refuse(ErrorCodes.InvalidJobsCount, "A batch without jobs cannot be committed.");

    public static EventActivityBinder<Batch, T> RefuseUnknown<T>(this EventActivityBinder<Batch, T> binder)
        where T : class, IBatchCommand =>
        binder.ThenAsync(context => context.RespondAsync(Unknown(context.Message)));

    // The reply is kept for a repeated command, and leaves only after the commit: before it, it would promise too much.
    internal static void Reply<T>(this BehaviorContext<Batch, T> context, string? code, string? detail)
        where T : class, IBatchCommand
    {
        var batch = context.Saga;
        var state = Enum.TryParse<BatchState>(batch.CurrentState, out var known) ? known : (BatchState?)null;
        var reply = new CommandReply(context.Message.CommandId, code, detail, state, batch.Total, batch.Run);
        batch.Replies = [.. batch.Replies.TakeLast(KeptReplies - 1), reply];
        if (reply.Accepted)
        {
            context.Unit().Record(context.Message);
        }

        context.Unit().AfterCommit(() => context.RespondAsync(reply));
    }

    private static Task HoldAsync<T>(this BehaviorContext<Batch, T> context, string? reason)
        where T : class
    {
        context.Saga.PausedAt ??= context.Now();
        context.Saga.Paused = true;
        context.Saga.PauseReason = reason;
        context.Saga.UpdatedAt = context.Now();
        return context.Runs().HaltAsync(context.Saga);
    }

    // Only to who asked to be told: most batches are asked after instead. A callback that comes after the end is found by the notifier's clock.
    private static void Announce<T>(this BehaviorContext<Batch, T> context, BatchState state)
        where T : class
    {
        var batch = context.Saga;
        if (batch.Callback is not null)
        {
            context.Unit().Owe(new BatchEnded(batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, state, batch.EndedAt!.Value));
        }
    }

    internal static WorkUnit Unit<T>(this BehaviorContext<Batch, T> context)
        where T : class =>
        context.GetPayload<WorkUnit>();

    internal static RunBook Runs<T>(this BehaviorContext<Batch, T> context)
        where T : class =>
        new(context.Unit(), context.Now());

    private static FireBook Fires<T>(this BehaviorContext<Batch, T> context)
        where T : class =>
        new(context.Unit());

    private static DateTime Now<T>(this BehaviorContext<Batch, T> context)
        where T : class =>
        context.GetPayload<WorkUnit>().Now;
}
