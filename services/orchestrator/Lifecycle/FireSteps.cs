using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>The steps of <see cref="BatchLifecycle"/> that have to do with a schedule's fires.</summary>
internal static class FireSteps
{
    // Fires of one batch are a minute apart; a message is repeated within seconds, or after an outage of the broker.
    private const int KeptFires = 16;

    /// <summary>Whether it is a fire of the schedule as it is now, heard for the first time.</summary>
    public static bool IsDue(BehaviorContext<Batch, ScheduleFired> context)
    {
        var (batch, fire) = (context.Saga, context.Message);
        return batch.Schedule is not null
            && fire.Revision == batch.ScheduleRevision
            && !batch.Fires.Contains(fire.PlannedAt)
            && (batch.Fires.Count < KeptFires || fire.PlannedAt > batch.Fires.Min());
    }

    public static EventActivityBinder<Batch, ScheduleFired> Hear(this EventActivityBinder<Batch, ScheduleFired> binder) =>
        binder.Then(context => context.Saga.Fires = [.. context.Saga.Fires.TakeLast(KeptFires - 1), context.Message.PlannedAt]);

    /// <summary>Begins a run of a batch at rest, if it has jobs and the tenant's quotas have room for it.</summary>
    public static EventActivityBinder<Batch, ScheduleFired> RunIfItHasJobs(this EventActivityBinder<Batch, ScheduleFired> binder, BatchLifecycle lifecycle) =>
        binder.IfElse(
            context => context.Saga.Total > 0,
            some => some.RunIfQuotasAllow(lifecycle, fits => fits.AnnounceStop()),
            none => none.Record(FireResult.SkippedEmpty));

    /// <summary>What the schedule wants done while a run goes on.</summary>
    public static EventActivityBinder<Batch, ScheduleFired> FollowOverlapPolicy(this EventActivityBinder<Batch, ScheduleFired> binder, BatchLifecycle lifecycle) =>
        binder.IfElse(
            context => context.Saga.Schedule!.Overlap == OverlapPolicy.Stop,
            stop => stop.RunIfQuotasAllow(lifecycle, fits => fits.HaltRun().AnnounceStop()),
            leave => leave.IfElse(
                context => context.Saga.Schedule!.Overlap == OverlapPolicy.Queue,
                queue => queue.Then(context => context.Saga.FireQueued = true).Record(FireResult.Queued),
                skip => skip.Record(FireResult.SkippedRunning)));

    /// <summary>Begins the run of a fire that waited for the last one to end.</summary>
    public static EventActivityBinder<Batch, T> RunIfQueued<T>(this EventActivityBinder<Batch, T> binder, BatchLifecycle lifecycle)
        where T : class =>
        binder.If(
            context => context.Saga.FireQueued,
            queued => queued
                .Then(context => context.Saga.FireQueued = false)
                .RunIfQuotasAllow(lifecycle, fits => fits.AnnounceStop()));

    /// <summary>Who stops a batch does not expect it to begin again at once.</summary>
    public static EventActivityBinder<Batch, StopBatch> DropQueuedFire(this EventActivityBinder<Batch, StopBatch> binder) =>
        binder.If(
            context => context.Saga.FireQueued,
            queued => queued.Then(context => context.Saga.FireQueued = false).Record(FireResult.Dropped));

    // A fire beyond a quota is left out; the next one may find room.
    private static EventActivityBinder<Batch, T> RunIfQuotasAllow<T>(
        this EventActivityBinder<Batch, T> binder, BatchLifecycle lifecycle, Func<EventActivityBinder<Batch, T>, EventActivityBinder<Batch, T>> first)
        where T : class =>
        binder.IfElseAsync(
            QuotaSteps.HasRoomForRunAsync,
            fits => first(fits).BeginRun().TransitionTo(lifecycle.Committed).Record(FireResult.Started),
            over => over.Record(FireResult.SkippedQuota));

    private static EventActivityBinder<Batch, T> Record<T>(this EventActivityBinder<Batch, T> binder, FireResult result)
        where T : class =>
        binder.ThenAsync(context => new FireBook(context.GetPayload<WorkUnit>()).RecordAsync(context.Saga, result));
}
