using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>
/// The only authority on a batch's state. Read top to bottom it is the lifecycle table of the design: what each command
/// and event does in each state, and with which code it is refused. The steps are in <see cref="LifecycleSteps"/>;
/// docs/batch-lifecycle.md is drawn from here.
/// </summary>
public sealed class BatchLifecycle : MassTransitStateMachine<Batch>
{
    public BatchLifecycle()
    {
        InstanceState(batch => batch.CurrentState);
        Correlate();

        Initially(
            When(Create)
                .DescribeFromCommand()
                .IfElseAsync(
                    LateCreates.IsLateAsync,
                    late => late.TransitionTo(Deleted).StayAway(),
                    first => first.SpendCommand().IfElse(
                        create => create.Message.Commit && create.Saga.Total == 0,
                        none => none.TransitionTo(Deleted).Withdraw().RefuseEmpty(),
                        some => some.IfQuotasAllow(this, fits => fits.PlanFires().IfElse(
                            create => create.Message.Commit,
                            commit => commit.BeginRun().TransitionTo(Committed).Accept(),
                            open => open.TransitionTo(Created).Accept())))));

        During(Created,
            When(Append).IfElse(
                append => append.Saga.Recurring || !append.Message.Append.Edits,
                fits => fits.TakeInIfItFollows(),
                edit => edit.RefuseJobs()),
            When(Commit).IfElse(HasJobs, some => some.RunIfQuotasAllow(this), none => none.RefuseEmpty()),
            When(Start).IfElse(HasJobs, some => some.RunIfQuotasAllow(this), none => none.RefuseEmpty()),
            When(Change).ApplyPatchIfItFits(),
            When(Stop).Refuse(ErrorCodes.BatchNotRunning, "The batch has not been committed."),
            When(RetryFailed).Refuse(ErrorCodes.RunUnfinished, "The batch has not run yet."),
            Ignore(Started),
            Ignore(Settled),
            Ignore(Failing),
            Ignore(Held),
            Ignore(Quiesced));

        During(Committed, Running,
            When(Append).RefuseJobs(),
            When(Commit).Refuse(ErrorCodes.BatchAlreadyCommitted, "The batch is committed already."),
            When(Start).Refuse(ErrorCodes.BatchRunning, "The batch is running."),
            When(RetryFailed).Refuse(ErrorCodes.BatchRunning, "The batch is running."),
            When(Change).IfElse(
                OnlyTheDialectsDocument,
                document => document.ApplyPatchIfItFits(),
                other => other.Refuse(ErrorCodes.BatchRunning, "A running batch cannot be changed.")),
            When(Fire).If(FireSteps.IsDue, due => due.Hear().FollowOverlapPolicy(this)),
            When(Stop).HaltRun().DropQueuedFire().TransitionTo(Stopped).Accept(),
            When(Failing).If(IsCurrent, current => current.HaltRun().TransitionTo(Stopped).RunIfQueued(this)),
            When(Held).If(IsCurrent, current => current.HoldRun()),
            When(Settled).If(IsCurrent, current => current.IfElse(
                StopsOnItsFailures,
                failed => failed.HaltRun().TransitionTo(Stopped).RunIfQueued(this),
                done => done.FinishRun().TransitionTo(Finished).RunIfQueued(this))),
            When(Delete).IfElse(
                delete => delete.Message.Force,
                force => force.HaltRun(abort: true).Remove().TransitionTo(Deleted).Accept(),
                gentle => gentle.Refuse(ErrorCodes.BatchRunning, "The batch is running; stop it first, or delete it by force.")),
            Ignore(Quiesced));

        During(Committed, When(Started).If(IsCurrent, current => current.NoteStart().TransitionTo(Running)));
        During(Running, Ignore(Started));

        During(Stopped,
            When(Start).IfElseAsync(
                LifecycleSteps.BeginsAnewAsync,
                anew => anew.IfElse(HasJobs, some => some.RunIfQuotasAllow(this), none => none.RefuseEmpty()),
                on => on.IfQuotasAllow(QuotaSteps.OfResumedRunAsync, fits => fits.AnnounceStop().ResumeRun().TransitionTo(Committed).Accept())),
            When(Quiesced).If(IsCurrent, current => current.AnnounceStop()),
            When(RetryFailed).RetryIfSettled(this),
            When(Stop).Accept(),
            Ignore(Failing),
            Ignore(Held));

        During(Finished,
            When(Start).IfElse(HasJobs, some => some.RunIfQuotasAllow(this), none => none.RefuseEmpty()),
            When(RetryFailed).RetryIfSettled(this),
            When(Stop).Refuse(ErrorCodes.BatchNotRunning, "The batch has finished."),
            Ignore(Failing),
            Ignore(Held),
            Ignore(Quiesced));

        During(Created, Stopped, Finished, When(Fire).If(FireSteps.IsDue, due => due.Hear().RunIfItHasJobs(this)));

        During(Stopped, Finished,
            When(Append).IfElse(
                append => append.Saga.Recurring,
                recurring => recurring.TakeInIfItFollows(),
                once => once.RefuseJobs()),
            When(Commit).Refuse(ErrorCodes.BatchAlreadyCommitted, "The batch is committed already."),
            When(Change).ApplyPatchIfItFits(),
            Ignore(Started),
            Ignore(Settled));

        During(Created, Stopped, Finished, When(Delete).IfElse(
            HasChangedSince,
            changed => changed.Refuse(ErrorCodes.BatchChanged, "The batch has changed since."),
            same => same.Remove().TransitionTo(Deleted).Accept()));

        EventActivities<Batch>[] always = [When(Pause).HoldJobs().Accept(), When(Resume).ReleaseJobs().Accept(), Ignore(Create)];
        During(Created, Committed, Running, always);
        During(Stopped, Finished, always);

        During(Deleted,
            When(Append).RefuseUnknown(),
            When(Change).RefuseUnknown(),
            When(Commit).RefuseUnknown(),
            When(Start).RefuseUnknown(),
            When(Stop).RefuseUnknown(),
            When(RetryFailed).RefuseUnknown(),
            When(Pause).RefuseUnknown(),
            When(Resume).RefuseUnknown(),
            When(Delete).RefuseUnknown(),
            Ignore(Create),
            Ignore(Fire),
            Ignore(Started),
            Ignore(Settled),
            Ignore(Failing),
            Ignore(Held),
            Ignore(Quiesced));
    }

    public State Created { get; } = null!;
    public State Committed { get; } = null!;
    public State Running { get; } = null!;
    public State Stopped { get; } = null!;
    public State Finished { get; } = null!;

    /// <summary>Answers 404; the row goes once the batch's other rows are gone.</summary>
    public State Deleted { get; } = null!;

    public Event<CreateBatch> Create { get; } = null!;
    public Event<AcceptAppend> Append { get; } = null!;
    public Event<UpdateBatch> Change { get; } = null!;
    public Event<CommitBatch> Commit { get; } = null!;
    public Event<StartBatch> Start { get; } = null!;
    public Event<StopBatch> Stop { get; } = null!;
    public Event<RetryFailedJobs> RetryFailed { get; } = null!;
    public Event<PauseBatch> Pause { get; } = null!;
    public Event<ResumeBatch> Resume { get; } = null!;
    public Event<DeleteBatch> Delete { get; } = null!;
    public Event<ScheduleFired> Fire { get; } = null!;
    public Event<RunStarted> Started { get; } = null!;
    public Event<RunSettled> Settled { get; } = null!;
    public Event<RunFailing> Failing { get; } = null!;
    public Event<RunHeld> Held { get; } = null!;
    public Event<RunQuiesced> Quiesced { get; } = null!;

    private void Correlate()
    {
        Event(() => Create, created =>
        {
            created.CorrelateById(context => context.Message.BatchId);
            created.InsertOnInitial = true;
            created.SetSagaFactory(context => new Batch { CorrelationId = context.Message.BatchId });
        });
        Command(() => Append, LateCreates.RefuseForGoodAsync);
        Command(() => Change);
        Command(() => Commit);
        Command(() => Start);
        Command(() => Stop);
        Command(() => RetryFailed);
        Command(() => Pause);
        Command(() => Resume);
        Command(() => Delete);
        Event(() => Fire, fired =>
        {
            fired.CorrelateById(context => context.Message.BatchId);
            fired.OnMissingInstance(missing => missing.Discard());
        });
        RunEvent(() => Started);
        RunEvent(() => Settled);
        RunEvent(() => Failing);
        RunEvent(() => Held);
        RunEvent(() => Quiesced);
    }

    private void Command<T>(System.Linq.Expressions.Expression<Func<Event<T>>> property, Func<ConsumeContext<T>, Task>? onMissing = null)
        where T : class, IBatchCommand =>
        Event(property, command =>
        {
            command.CorrelateById(context => context.Message.BatchId);
            command.OnMissingInstance(missing => missing.ExecuteAsync(onMissing ?? (context => context.RespondAsync(LifecycleSteps.Unknown(context.Message)))));
        });

    private void RunEvent<T>(System.Linq.Expressions.Expression<Func<Event<T>>> property)
        where T : class, IRunEvent =>
        Event(property, happened =>
        {
            happened.CorrelateById(context => context.Message.BatchId);
            happened.OnMissingInstance(missing => missing.Discard());
        });

    private static bool HasJobs<T>(BehaviorContext<Batch, T> context)
        where T : class =>
        context.Saga.Total > 0;

    private static bool IsCurrent<T>(BehaviorContext<Batch, T> context)
        where T : class, IRunEvent =>
        context.Message.Run == context.Saga.Run && context.Message.Epoch == context.Saga.Epoch;

    private static bool HasChangedSince(BehaviorContext<Batch, DeleteBatch> context) =>
        context.Message.UnchangedSince is { } since && context.Saga.UpdatedAt >= since;

    private static bool StopsOnItsFailures(BehaviorContext<Batch, RunSettled> context) =>
        context.Saga.Options.StopOnJobError && context.Message.Failures > 0;

    private static bool OnlyTheDialectsDocument(BehaviorContext<Batch, UpdateBatch> context) =>
        BatchPatch.TouchesOnlyDialectDocument(context.Message.Patch);
}
