using Xunit;

namespace BatchPlatform.Testing;

/// <summary>The standalone platform with the sample upstream, as a process of its own; for tests that share one.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    /// <summary>A key that may do everything.</summary>
    public const string Key = "an-admin-key-for-tests-only";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess? _process;

    /// <summary>Where its API is.</summary>
    public Uri Address => _process!.BaseAddress;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _process = await ServiceProcess.StartAsync(
        "services/standalone",
        new Dictionary<string, string?> { ["Admin__Key"] = Key },
        ["--data", Path.Combine(_folder.Path, "data"), "--sample"],
        timeout: TimeSpan.FromMinutes(2));

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }
}
