using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>
/// The steps of <see cref="BatchLifecycle"/> that ask whether the tenant's quotas have room. Room is taken in the transition's
/// own transaction, so that whatever comes at once, to however many processes, is let in one after the other.
/// </summary>
internal static class QuotaSteps
{
    /// <summary>Goes on with a create that there is room for; another leaves no batch behind.</summary>
    public static EventActivityBinder<Batch, CreateBatch> IfQuotasAllow(
        this EventActivityBinder<Batch, CreateBatch> binder, BatchLifecycle lifecycle, Func<EventActivityBinder<Batch, CreateBatch>, EventActivityBinder<Batch, CreateBatch>> fits) =>
        binder.IfElseAsync(
            context => context.TakeAsync(() => Task.FromResult(UseOf(context.Message, context.Saga))),
            fits,
            over => over.TransitionTo(lifecycle.Deleted).Withdraw().RefuseOverQuota());

    /// <summary>Takes jobs in that there is room for. Those of a batch that has run are not pending before its next run.</summary>
    public static EventActivityBinder<Batch, AcceptAppend> IfQuotasAllow(
        this EventActivityBinder<Batch, AcceptAppend> binder, Func<EventActivityBinder<Batch, AcceptAppend>, EventActivityBinder<Batch, AcceptAppend>> fits) =>
        binder.IfElseAsync(
            context => context.TakeAsync(() => Task.FromResult(UseOf(context.Message.Append, context.Saga))),
            fits,
            over => over.RefuseOverQuota());

    /// <summary>Begins, or goes on with, a run that there is room for.</summary>
    public static EventActivityBinder<Batch, T> IfQuotasAllow<T>(
        this EventActivityBinder<Batch, T> binder, Func<BehaviorContext<Batch, T>, Task<QuotaUse>> use, Func<EventActivityBinder<Batch, T>, EventActivityBinder<Batch, T>> fits)
        where T : class, IBatchCommand =>
        binder.IfElseAsync(context => context.TakeAsync(() => use(context)), fits, over => over.RefuseOverQuota());

    /// <summary>Begins a run of all jobs, if there is room for it. A stop that was not announced yet is announced first.</summary>
    public static EventActivityBinder<Batch, T> RunIfQuotasAllow<T>(this EventActivityBinder<Batch, T> binder, BatchLifecycle lifecycle)
        where T : class, IBatchCommand =>
        binder.IfQuotasAllow(OfNewRunAsync, fits => fits.AnnounceStop().BeginRun().TransitionTo(lifecycle.Committed).Accept());

    /// <summary>Whether there is room for the run that a fire would begin.</summary>
    public static Task<bool> HasRoomForRunAsync<T>(BehaviorContext<Batch, T> context)
        where T : class =>
        context.TakeAsync(() => OfNewRunAsync(context));

    /// <summary>What a run of all jobs takes; what its batch's latest run still owes is owed no more.</summary>
    public static async Task<QuotaUse> OfNewRunAsync<T>(BehaviorContext<Batch, T> context)
        where T : class
    {
        var batch = context.Saga;
        var pending = batch.Run == 0 ? batch.Total : await context.Runs().OwedAsync(batch);
        return new QuotaUse(PendingJobs: batch.Total - pending, Callbacks: CallbacksOf(batch));
    }

    /// <summary>What going on with a run takes: its jobs are pending already.</summary>
    public static Task<QuotaUse> OfResumedRunAsync(BehaviorContext<Batch, StartBatch> context) =>
        Task.FromResult(new QuotaUse(Callbacks: CallbacksOf(context.Saga)));

    /// <summary>What a run of the failed jobs takes: those that are not meant to run again keep their result.</summary>
    public static async Task<QuotaUse> OfRetryAsync(BehaviorContext<Batch, RetryFailedJobs> context)
    {
        var failed = await context.Runs().FailedAsync(context.Saga);
        var again = context.Message.Only is { } only ? await context.Runs().FailedAsync(context.Saga, only) : failed;
        return new QuotaUse(PendingJobs: again, KeptResults: failed - again, Callbacks: CallbacksOf(context.Saga));
    }

    // The batch has its jobs already, and is not counted yet.
    private static QuotaUse UseOf(CreateBatch command, Batch batch) =>
        new(Batches: 1, BatchJobs: batch.Total, PendingJobs: batch.Total, Callbacks: command.Commit ? CallbacksOf(batch) : 0);

    private static QuotaUse UseOf(StagedAppend append, Batch batch) => append.Count == 0
        ? default
        : new(BatchJobs: batch.Total + append.Count, PendingJobs: batch.Run == 0 ? append.Count : 0);

    private static int CallbacksOf(Batch batch) => batch.Callback is null ? 0 : 1;

    private static EventActivityBinder<Batch, T> RefuseOverQuota<T>(this EventActivityBinder<Batch, T> binder)
        where T : class, IBatchCommand =>
        binder.Then(context => context.Reply(context.GetPayload<Refusal>().Code, "A quota of the tenant has no room for this."));

    private static async Task<bool> TakeAsync<T>(this BehaviorContext<Batch, T> context, Func<Task<QuotaUse>> use)
        where T : class
    {
        var (batch, directory) = (context.Saga, context.GetPayload<Surroundings>().Quotas);
        var quotas = await directory.OfAsync(batch.Tenant, context.CancellationToken);
        if (!quotas.BoundsBatches || await Allowances.TakeAsync(context.Unit(), batch.Tenant, quotas, await use(), context.CancellationToken) is not { } code)
        {
            return true;
        }

        context.AddOrUpdatePayload(() => new Refusal(code), _ => new Refusal(code));
        return false;
    }

    private sealed record Refusal(string Code);
}
