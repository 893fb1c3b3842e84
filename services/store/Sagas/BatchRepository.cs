using System.Diagnostics.CodeAnalysis;
using BatchPlatform.Store.Tables;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Sagas;

/// <summary>
/// Keeps the saga's instances in <c>batches</c>: each message is one <see cref="WorkUnit"/>, so that the instance, the rows
/// that its transition writes and the messages that it owes are saved together. Why this is not the package:
/// docs/decisions/0001-saga-and-outbox-adapter.md.
/// </summary>
public sealed class BatchRepository(BatchStore store, ISagaConsumeContextFactory<WorkUnit, Batch> contexts)
    : ISagaRepositoryContextFactory<Batch>, ILoadSagaRepositoryContextFactory<Batch>
{
    /// <inheritdoc/>
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<Batch, T>> next)
        where T : class
    {
        await using var unit = await store.BeginAsync(context.CancellationToken);
        await next.Send(new BatchRepositoryContext<T>(unit, context, contexts));
        if (unit.HasChanges())
        {
            RaiseVersion(unit.Db);
        }

        await unit.CommitAsync(context.CancellationToken);
    }

    /// <inheritdoc/>
    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<Batch> query, IPipe<SagaRepositoryQueryContext<Batch, T>> next)
        where T : class =>
        throw new NotSupportedException("Messages reach a batch by its id only.");

    /// <inheritdoc/>
    public async Task<T> Execute<T>(Func<LoadSagaRepositoryContext<Batch>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class
    {
        await using var db = store.Read();
        return await asyncMethod(new LoadContext(db, cancellationToken));
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateScope("sagaRepository").Add("persistence", "batches");

    // Unchanged instances keep their version, so that ignored messages conflict with nobody.
    private static void RaiseVersion(StoreDb db)
    {
        foreach (var entry in db.ChangeTracker.Entries<Batch>().Where(entry => entry.State == EntityState.Modified))
        {
            entry.Property(batch => batch.Version).CurrentValue++;
        }
    }

    private sealed class LoadContext(StoreDb db, CancellationToken cancellationToken)
        : MassTransit.Middleware.BasePipeContext(cancellationToken), LoadSagaRepositoryContext<Batch>
    {
        public async Task<Batch> Load(Guid correlationId) =>
            (await db.Batches.FirstOrDefaultAsync(batch => batch.CorrelationId == correlationId, CancellationToken))!;
    }
}

/// <summary>Registers <see cref="BatchRepository"/> for a state machine.</summary>
public static class BatchRepositorySetup
{
    /// <summary>Keeps the saga's instances in the store.</summary>
    public static void InStore(this ISagaRegistrationConfigurator<Batch> saga) =>
        saga.Repository(repository =>
        {
            repository.RegisterSagaRepository<Batch, WorkUnit, SagaConsumeContextFactory<WorkUnit, Batch>, BatchRepository>();
            repository.RegisterLoadSagaRepository<Batch, BatchRepository>();
        });
}
