using BatchPlatform.Chaos.Tests.Faults;
using BatchPlatform.Testing;

namespace BatchPlatform.Chaos.Tests;

/// <summary>One process of the fleet, at an address of its own, which is started again whenever it has ended.</summary>
/// <param name="project">Its folder from the repository's root.</param>
/// <param name="environment">Its settings.</param>
/// <param name="store">Its network to the database; null when it has none.</param>
/// <param name="bus">Its network to the broker; null when it has none.</param>
internal sealed class Member(string project, IReadOnlyDictionary<string, string?> environment, TcpProxy? store = null, TcpProxy? bus = null) : IAsyncDisposable
{
    private readonly int _port = LoopbackPort.Next();
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private ServiceProcess? _process;
    private bool _isDown = true;

    public string Name { get; } = $"{Path.GetFileName(project)}";

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public TcpProxy? Store => store;

    public TcpProxy? Bus => bus;

    /// <summary>The end of what it wrote, each time it ended by itself.</summary>
    public List<string> LastWords { get; } = [];

    public Task StartAsync() => ExclusivelyAsync(async () =>
    {
        _isDown = false;
        await LaunchAsync();
    });

    public async Task WaitUntilReadyAsync() => await _process!.WaitUntilReadyAsync(TimeSpan.FromSeconds(180));

    /// <summary>SIGKILL; it stays down until it is started.</summary>
    public Task KillAsync() => ExclusivelyAsync(async () =>
    {
        _isDown = true;
        await EndAsync();
    });

    public void Freeze() => _process?.Freeze();

    public void Thaw() => _process?.Thaw();

    /// <summary>Starts it again when it has ended by itself, as an engine of containers does.</summary>
    public Task ReviveAsync() => ExclusivelyAsync(async () =>
    {
        if (!_isDown && _process!.HasExited)
        {
            LastWords.Add(_process.Output);
            await EndAsync();
            await LaunchAsync();
        }
    });

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await (store?.DisposeAsync() ?? default);
        await (bus?.DisposeAsync() ?? default);
        _oneAtATime.Dispose();
    }

    private async Task EndAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await File.AppendAllTextAsync(Path.Combine(ChaosOptions.Logs, $"{Name}-{_port}.log"), $"{_process.Output}\n=== ended\n");
        }
    }

    private async Task LaunchAsync() => _process = await ServiceProcess.LaunchAsync(project, environment, port: _port);

    private async Task ExclusivelyAsync(Func<Task> action)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
