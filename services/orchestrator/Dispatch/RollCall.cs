using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>
/// What an orchestrator does first: asks all workers to announce themselves, and, where the bus lives inside this process
/// and died with it, takes back every slice that was out.
/// </summary>
public sealed class RollCall(BatchStore store, IBus bus, IConfiguration configuration) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!BusDefaults.LivesInProcess(configuration))
        {
            return;
        }

        await using var unit = await store.BeginAsync(cancellationToken);
        await unit.Db.Slices
            .Where(slice => slice.State != SliceState.Returned)
            .ExecuteUpdateAsync(
                slice => slice
                    .SetProperty(s => s.Lost, s => s.State == SliceState.Taken ? s.Lost + 1 : s.Lost)
                    .SetProperty(s => s.State, SliceState.Returned)
                    .SetProperty(s => s.Holder, (Guid?)null),
                cancellationToken);
        await unit.CommitAsync(cancellationToken);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => bus.Publish(new AnnounceWorkers(), cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
