using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator.Clocks;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Orchestrator.Gates;
using BatchPlatform.Orchestrator.Leases;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Orchestrator.Retention;
using BatchPlatform.Orchestrator.Schedules;
using BatchPlatform.Orchestrator.Watching;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Sagas;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator;

/// <summary>Registers the orchestrator; its own program and the standalone host both call it.</summary>
public static class OrchestratorSetup
{
    // Commands and events of different batches are handled side by side; more brings conflicts, not speed.
    private const int LifecycleConcurrency = 16;

    // Two groups of reports: one that is being stored, and the next.
    private const int ReportConcurrency = 2 * ReportGroups.MostReports;

    // Questions are rare.
    private const int QuestionConcurrency = 8;

    /// <summary>Adds dispatch, outcomes and clocks. The store must have been added.</summary>
    public static WebApplicationBuilder AddOrchestrator(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OrchestratorOptions>().BindConfiguration("Orchestrator").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration("Retention").ValidateDataAnnotations().ValidateOnStart();
        services.AddQuotas();
        services.AddMetrics();
        services.AddSingleton<OrchestratorMetrics>();
        services.AddSingleton<Workers>();
        services.AddSingleton<DispatchSignal>();
        services.AddSingleton<EndedBatches>();
        services.AddSingleton<UpstreamCatalog>();
        services.AddSingleton<Pace>();
        services.AddSingleton<SliceSender>();
        services.AddRunEvents();
        services.AddSingleton<OutcomeLedger>();
        services.AddSingleton<ReportStore>();
        services.AddSingleton<ReportGroups>();
        services.AddSingleton<Breaker>();
        services.AddHostedService<RollCall>();
        services.AddHostedService<EndNews>();
        services.AddHostedService<Dispatcher>();
        services.AddHostedService<LeaseClock>();
        services.AddHostedService<StopClock>();
        services.AddHostedService<DeadlineClock>();
        services.AddHostedService<ReconcileClock>();
        services.AddHostedService<ScheduleClock>();
        services.AddHostedService<StoreGauges>();
        services.AddSingleton<ActivityTally>();
        services.AddHostedService<ActivityClock>();
        services.AddSingleton<ExpiredRuns>();
        services.AddSingleton<IdleBatches>();
        services.AddHostedService<RetentionClock>();
        services.AddHostedService<OutboxSweeper>();
        return builder;
    }

    /// <summary>The saga, reports, heartbeats and announcements.</summary>
    public static BusPart Bus(IConfiguration configuration) => new(
        bus =>
        {
            bus.AddSagaStateMachine<BatchLifecycle, Batch>(Surround).InStore();
            bus.AddConsumer<ReportConsumer>();
            bus.AddConsumer<HeartbeatConsumer>();
            bus.AddConsumer<UpstreamConsumer>();
            bus.AddConsumer<RefusedSliceConsumer>();
            bus.AddConsumer<PauseUpstreamConsumer>();
            bus.AddConsumer<CancelJobConsumer>();
            bus.AddConsumer<DeletedBatchConsumer>();
            bus.AddConsumer<WorkerAnnouncements>();
        },
        (context, queues) =>
        {
            queues.Durable(Queues.BatchLifecycle, LifecycleConcurrency, queue => queue.ConfigureSaga<Batch>(context));
            queues.Durable(Queues.Outcomes, ReportConcurrency, queue => queue.ConfigureConsumer<ReportConsumer>(context));
            queues.Questions(Queues.Leases, LifecycleConcurrency, queue =>
            {
                queue.ConfigureConsumer<HeartbeatConsumer>(context);
                queue.ConfigureConsumer<UpstreamConsumer>(context);
                queue.ConfigureConsumer<RefusedSliceConsumer>(context);
            });
            queues.Questions(Queues.Operations, QuestionConcurrency, queue =>
            {
                queue.ConfigureConsumer<PauseUpstreamConsumer>(context);
                queue.ConfigureConsumer<CancelJobConsumer>(context);
            });
            queues.Durable(Queues.OrchestratorCleanup, 1, queue => queue.ConfigureConsumer<DeletedBatchConsumer>(context));
            queues.Broadcast("orchestrator", queue => queue.ConfigureConsumer<WorkerAnnouncements>(context));
        });

    // The saga hears of its runs within the process, and of all else by the bus: it is one saga either way.
    private static void AddRunEvents(this IServiceCollection services)
    {
        services.AddSingleton<RunEvents>();
        services.AddMediator(mediator =>
        {
            mediator.AddSagaStateMachine<BatchLifecycle, Batch>(Surround).InStore();
            mediator.ConfigureMediator((context, pipe) => pipe.RetryWhatMayPass(context));
        });
    }

    private static void Surround(IRegistrationContext context, ISagaConfigurator<Batch> saga)
    {
        saga.UseFilter(new RepeatedCommands());
        saga.UseFilter(new KnownSurroundings(context));
        saga.UseFilter(new WakeDispatcher(context.GetRequiredService<DispatchSignal>()));
        saga.UseFilter(new NoteEnds(context.GetRequiredService<EndedBatches>()));
    }
}
