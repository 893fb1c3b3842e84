using BatchPlatform.Store.Tables;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Sagas;

/// <summary>One message's view of <c>batches</c>. The <see cref="WorkUnit"/> is a payload, for the transition's own rows.</summary>
internal sealed class BatchRepositoryContext<TMessage>(
    WorkUnit unit,
    ConsumeContext<TMessage> consume,
    ISagaConsumeContextFactory<WorkUnit, Batch> contexts)
    : ConsumeContextScope<TMessage>(consume, unit), SagaRepositoryContext<Batch, TMessage>
    where TMessage : class
{
    public Task<SagaConsumeContext<Batch, TMessage>> Add(Batch instance)
    {
        unit.Db.Batches.Add(instance);
        return CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Add);
    }

    // A message that was here before may have inserted its row then; only a first delivery saves the look-up.
    public async Task<SagaConsumeContext<Batch, TMessage>> Insert(Batch instance)
    {
        if (ReceiveContext.Redelivered || this.GetRetryAttempt() > 0)
        {
            return null!;
        }

        unit.Db.Batches.Add(instance);
        return await CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Insert);
    }

    public async Task<SagaConsumeContext<Batch, TMessage>> Load(Guid correlationId)
    {
        // The lock spares conflicting consumers a retry; correctness rests on the version.
        var instance = await unit.Db.LockBatchAsync(correlationId, CancellationToken);
        return instance is null ? null! : await CreateSagaConsumeContext(this, instance, SagaConsumeContextMode.Load);
    }

    // What changed is saved once, by the unit's commit.
    public Task Save(SagaConsumeContext<Batch> context) => Task.CompletedTask;

    public Task Update(SagaConsumeContext<Batch> context) => Task.CompletedTask;

    public Task Discard(SagaConsumeContext<Batch> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<Batch> context) => Task.CompletedTask;

    public Task Delete(SagaConsumeContext<Batch> context) => throw new NotSupportedException("A batch's row goes last, by the clean-up.");

    public Task<SagaConsumeContext<Batch, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, Batch instance, SagaConsumeContextMode mode)
        where T : class =>
        contexts.CreateSagaConsumeContext(unit, consumeContext, instance, mode);
}
