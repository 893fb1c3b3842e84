using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Notifier.Tests;

/// <summary>A real notifier on an in-memory bus, a database and a clock that stands still; the test plays the orchestrator.</summary>
internal sealed class NotifierHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NotifierHost(WebApplication app, FakeClock clock)
    {
        _app = app;
        Clock = clock;
    }

    public FakeClock Clock { get; }

    public BatchStore Store => _app.Services.GetRequiredService<BatchStore>();

    public DeliveryLedger Ledger => _app.Services.GetRequiredService<DeliveryLedger>();

    /// <summary>A notifier that may call this machine, since that is where tests' receivers are.</summary>
    public static async Task<NotifierHost> StartAsync(TestStore store, Dictionary<string, string?>? settings = null, FakeClock? clock = null)
    {
        clock ??= new FakeClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(store.Settings);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Callbacks:AllowLoopback"] = "true",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddStore(builder.Configuration);
        builder.AddNotifier();
        builder.Services.AddBus(builder.Configuration, NotifierSetup.Bus(builder.Configuration));
        var host = new NotifierHost(builder.Build(), clock);
        await StoreMigration.MigrateAsync(host.Store);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Writes a batch with one run as the orchestrator leaves them once the run has ended.</summary>
    public async Task<Batch> EndedBatchAsync(long number, string? callback, Action<Batch>? change = null)
    {
        var now = Clock.GetUtcNow().UtcDateTime;
        var batch = new Batch
        {
            CorrelationId = Guid.CreateVersion7(),
            Number = number,
            CurrentState = nameof(BatchState.Finished),
            Tenant = "default",
            Name = $"batch {number}",
            Callback = callback is null ? null : new Callback(callback),
            Total = 3,
            Run = 1,
            Epoch = 1,
            CreatedAt = now,
            EndedAt = now,
        };
        change?.Invoke(batch);
        await using var unit = await Store.BeginAsync();
        unit.Db.Batches.Add(batch);
        unit.Db.Runs.Add(RunOf(batch, number: 1, root: 1, completed: 2, failed: 1));
        await unit.CommitAsync();
        return batch;
    }

    public static Run RunOf(Batch batch, int number, int root, int completed, int failed) => new()
    {
        Batch = batch.Number,
        BatchId = batch.CorrelationId,
        Number = number,
        Root = root,
        Total = completed + failed,
        Completed = completed,
        Failed = failed,
    };

    /// <summary>Says that a batch ended, as the orchestrator does.</summary>
    public Task SayEndedAsync(Batch batch, BatchState state = BatchState.Finished) => PublishAsync(
        new BatchEnded(batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, state, Clock.GetUtcNow().UtcDateTime));

    /// <summary>Deletes a batch as the saga does, and says so.</summary>
    public async Task DeleteAsync(Batch batch)
    {
        await using (var unit = await Store.BeginAsync())
        {
            await unit.Db.Batches
                .Where(row => row.Number == batch.Number)
                .ExecuteUpdateAsync(row => row.SetProperty(r => r.DeletedAt, unit.Now));
            await unit.CommitAsync();
        }

        await PublishAsync(new BatchDeleted(batch.CorrelationId, batch.Number, batch.Tenant));
    }

    private Task PublishAsync(object message) => _app.Services.GetRequiredService<IBus>().Publish(message);

    /// <summary>A batch that ended a moment ago and was announced.</summary>
    public async Task<Batch> EndAsync(long number, string? callback)
    {
        var batch = await EndedBatchAsync(number, callback);
        await SayEndedAsync(batch);
        return batch;
    }

    public async Task<List<Delivery>> DeliveriesAsync()
    {
        await using var db = Store.Read();
        return await db.Deliveries.OrderBy(row => row.Batch).ThenBy(row => row.Epoch).ToListAsync();
    }

    public async Task<List<DeliveryAttempt>> AttemptsAsync()
    {
        await using var db = Store.Read();
        return await db.DeliveryAttempts.OrderBy(row => row.Delivery).ThenBy(row => row.Number).ToListAsync();
    }

    /// <summary>Waits until the only delivery has been attempted so often, and returns it.</summary>
    public async Task<Delivery> AttemptedAsync(int times)
    {
        await Eventually.Equal(times, async () => (await DeliveriesAsync()).Single().Attempts);
        return (await DeliveriesAsync()).Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
