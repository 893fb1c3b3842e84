using System.Net.Http.Headers;
using BatchPlatform.Testing;

namespace BatchPlatform.Chaos.Tests;

/// <summary>The standalone program on one data folder, with the sample upstream beside it: what is killed is the program alone.</summary>
public sealed class StandaloneHost : IAsyncDisposable
{
    private const string Key = "an-admin-key-for-tests-only";

    // What a kill left is taken up again within seconds, so that the test need not wait for leases as long as real ones.
    private static readonly Dictionary<string, string?> Leases = new()
    {
        ["Worker__HeartbeatPeriod"] = "00:00:00.5",
        ["Worker__Lease"] = "00:00:02",
        ["Orchestrator__LeaseSeconds"] = "3",
        ["Orchestrator__ResendSeconds"] = "3",
        ["Orchestrator__ReconcileSeconds"] = "1",
        ["Notifier__TimeoutSeconds"] = "1",
        ["Notifier__ReconcileSeconds"] = "2",
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-chaos-");
    private readonly int _port = LoopbackPort.Next();
    private ServiceProcess? _upstream;

    private StandaloneHost(string? data) => Data = data ?? Path.Combine(_folder.FullName, "data");

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>What the upstream notes.</summary>
    public string CallLog => Path.Combine(_folder.FullName, "calls.ndjson");

    /// <summary>The program, as it was last started.</summary>
    public ServiceProcess Process { get; private set; } = null!;

    /// <summary>Calls the program, whichever process it is, with the admin key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts the upstream and the program.</summary>
    /// <param name="upstream">How the upstream behaves.</param>
    /// <param name="data">The data folder; one of its own by default.</param>
    public static async Task<StandaloneHost> StartAsync(IReadOnlyDictionary<string, string?>? upstream = null, string? data = null)
    {
        var host = new StandaloneHost(data);
        host._upstream = await Samples.StartUpstreamAsync(host.CallLog, upstream);
        await File.WriteAllTextAsync(host.Upstreams, Samples.Definitions(host._upstream.BaseAddress).ToJsonString());
        host.Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{host._port}"), Timeout = TimeSpan.FromSeconds(30) };
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await host.LaunchAsync();
        await host.Process.WaitUntilReadyAsync(TimeSpan.FromMinutes(2));
        return host;
    }

    /// <summary>Starts the program again where it was, and does not wait for it.</summary>
    public async Task LaunchAsync()
    {
        var settings = new Dictionary<string, string?>(Leases)
        {
            ["Admin__Key"] = Key,
            ["Callbacks__AllowLoopback"] = "true",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        Process = await ServiceProcess.LaunchAsync("services/standalone", settings, ["--data", Data, "--upstreams", Upstreams], _port);
    }

    /// <summary>SIGKILL, at whatever it is doing.</summary>
    public ValueTask KillAsync() => Process.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Client.Dispose();
        await _upstream!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string Upstreams => Path.Combine(_folder.FullName, "upstreams.json");
}
