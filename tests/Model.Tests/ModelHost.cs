using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Tests;
using MassTransit;

namespace BatchPlatform.Model.Tests;

/// <summary>One orchestrator that many sequences are played on side by side, each with a batch and a worker of its own.</summary>
internal sealed class ModelHost : IAsyncDisposable
{
    // Nothing that a sequence waits for may be left to a lease, a sweep or a reconciliation: what follows, follows at once.
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Orchestrator:ClockSeconds"] = "0.2",
        ["Orchestrator:ReconcileSeconds"] = "600",
        ["Orchestrator:LeaseSeconds"] = "600",
        ["Orchestrator:ResendSeconds"] = "600",
        ["Orchestrator:WorkerSeconds"] = "600",
        ["Orchestrator:QuiesceSeconds"] = "0",

        // All sequences share one upstream: what one of them fails must not close it to the others.
        ["Orchestrator:BreakerCalls"] = "100000",
        ["Orchestrator:BreakerRate"] = "1",
    };

    private readonly ConcurrentDictionary<Guid, FakeWorker> _workers = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<(BatchState State, int Run, int Epoch), int>> _announced = new();
    private readonly Guid _room = Guid.NewGuid();
    private readonly CancellationTokenSource _end = new();
    private Task _listening = Task.CompletedTask;
    private long _lastNumber;

    private ModelHost(OrchestratorHost host) => Product = host;

    public OrchestratorHost Product { get; }

    public static async Task<ModelHost> StartAsync(string provider)
    {
        var host = new ModelHost(await OrchestratorHost.StartAsync(provider, Settings));
        await host.Product.DefineAsync(new Upstream { Limits = new UpstreamLimits { Concurrency = 1_000_000 } });
        host.Product.OnSlice = slice => host._workers[slice.BatchId].Take(slice);
        host._listening = host.ListenAsync();
        await host.AnnounceAsync();
        return host;
    }

    /// <summary>There is room for the slices of all sequences. To be said again within ten minutes.</summary>
    public Task AnnounceAsync() => Product.AnnounceAsync(_room, slots: 10_000);

    public long NextNumber() => Interlocked.Increment(ref _lastNumber);

    /// <summary>The worker that gets the slices of a batch that is about to be made.</summary>
    public FakeWorker WorkerOf(Guid batch) => _workers[batch] = new FakeWorker(Product, batch);

    /// <summary>What was announced of the batch.</summary>
    public IEnumerable<(BatchState State, int Run, int Epoch)> AnnouncedOf(Guid batch) => _announced.TryGetValue(batch, out var told) ? told.Keys : [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        await Product.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        await foreach (var told in Product.Told.Reader.ReadAllAsync(_end.Token))
        {
            if (told is BatchEnded ended)
            {
                _announced.GetOrAdd(ended.BatchId, _ => new()).TryAdd((ended.State, ended.Run, ended.Epoch), 0);
            }
        }
    }
}
