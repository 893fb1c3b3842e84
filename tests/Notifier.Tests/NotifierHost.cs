using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Security;
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

    /// <summary>What it does again and again.</summary>
    public IEnumerable<Clock> Clocks => _app.Services.GetServices<IHostedService>().OfType<Clock>();

    public DeliveryLedger Ledger => _app.Services.GetRequiredService<DeliveryLedger>();

    /// <summary>A secret as api stores it.</summary>
    public CallbackSecret Secret(string secret, DateTime? until = null) =>
        new(_app.Services.GetRequiredService<SecretBox>().Protect(secret), until);

    /// <summary>A notifier that may call this machine, since that is where tests' receivers are.</summary>
    public static async Task<NotifierHost> StartAsync(TestStore store, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, FakeClock? clock = null)
    {
        clock ??= new FakeClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(store.Settings);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Callbacks:AllowLoopback"] = "true",
            ["Security:MasterKey"] = "QSBtYXN0ZXIga2V5IG9mIDMyIGJ5dGVzIGZvciB0ZXM=",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddStore(builder.Configuration);
        builder.AddNotifier();
        builder.Services.AddSecrets(addsKeys: true); // as api does
        services?.Invoke(builder.Services);
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
            NextIndex = 3,
            Revision = 1,
            Run = 1,
            Epoch = 1,
            CreatedAt = now,
            EndedAt = now,
            UpdatedAt = now,
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
        Revision = 1,
        Total = completed + failed,
        Completed = completed,
        Failed = failed,
    };

    /// <summary>Says that a batch ended, as the orchestrator does.</summary>
    public Task SayEndedAsync(Batch batch, BatchState state = BatchState.Finished) => PublishAsync(
        new BatchEnded(batch.CorrelationId, batch.Number, batch.Tenant, batch.Run, batch.Epoch, state, Clock.GetUtcNow().UtcDateTime));

    /// <summary>Changes a batch as the saga does.</summary>
    public async Task ChangeAsync(long number, Action<Batch> change)
    {
        await using var unit = await Store.BeginAsync();
        var batch = await unit.Db.Batches.SingleAsync(row => row.Number == number);
        batch.UpdatedAt = unit.Now;
        change(batch);
        await unit.CommitAsync();
    }

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

    public Task PublishAsync(object message) => _app.Services.GetRequiredService<IBus>().Publish(message);

    /// <summary>A batch that ended a moment ago and was announced.</summary>
    public Task<Batch> EndAsync(long number, string? callback) => EndAsync(number, callback is null ? null : new Callback(callback));

    public async Task<Batch> EndAsync(long number, Callback? callback)
    {
        var batch = await EndedBatchAsync(number, callback: null, row => row.Callback = callback);
        await SayEndedAsync(batch);
        return batch;
    }

    /// <summary>Three jobs of a batch and their outcomes in its first run: the second failed.</summary>
    public async Task OutcomesAsync(Batch batch, string response = """{"ok":true}""")
    {
        await using var unit = await Store.BeginAsync();
        var jobs = Enumerable.Range(0, 3).Select(index => new StagedJob(index, "places", "lookup", Encoding.UTF8.GetBytes($$"""{"n":{{index}}}"""), null));
        await Store.Bulk.InsertJobsAsync(unit.Db, batch.Number, revision: 1, [.. jobs], default);
        unit.Db.Outcomes.AddRange(Enumerable.Range(0, 3).Select(index => new Outcome
        {
            Batch = batch.Number,
            Run = 1,
            Index = index,
            Seq = index + 1,
            State = index == 1 ? JobState.Failed : JobState.Completed,
            StatusCode = index == 1 ? 500 : 200,
            Response = response,
            ErrorCode = index == 1 ? ErrorCodes.UpstreamStatus : null,
            Attempts = 1,
            CompletedAt = unit.Now,
        }));
        await unit.CommitAsync();
    }

    public async Task<List<Delivery>> DeliveriesAsync()
    {
        await using var db = Store.Read();
        return await db.Deliveries.OrderBy(row => row.Batch).ThenBy(row => row.Epoch).ThenBy(row => row.Seq).ToListAsync();
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
