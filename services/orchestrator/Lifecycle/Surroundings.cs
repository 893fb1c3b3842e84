using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>What the lifecycle's steps need of the process around them.</summary>
/// <param name="Quotas">Tenants' quotas.</param>
/// <param name="Bus">Reaches other processes. The context's own would send an event's consequences back the way it came, which may be within this one.</param>
internal sealed record Surroundings(QuotaDirectory Quotas, IBus Bus);

/// <summary>Lets the lifecycle's steps know their <see cref="Surroundings"/>.</summary>
internal sealed class KnownSurroundings(IServiceProvider services) : IFilter<SagaConsumeContext<Batch>>
{
    // Not before the first message: the bus is still being made when this is.
    private readonly Lazy<Surroundings> _surroundings = new(() => new Surroundings(services.GetRequiredService<QuotaDirectory>(), services.GetRequiredService<IBus>()));

    public Task Send(SagaConsumeContext<Batch> context, IPipe<SagaConsumeContext<Batch>> next)
    {
        context.AddOrUpdatePayload(() => _surroundings.Value, _ => _surroundings.Value);
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("knownSurroundings");
}
