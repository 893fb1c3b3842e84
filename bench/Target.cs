using System.Net.Http.Headers;
using BatchPlatform.Testing;

namespace BatchPlatform.Bench;

/// <summary>The platform under measurement, in one of its two shapes, fresh and empty.</summary>
internal sealed class Target : IAsyncDisposable
{
    /// <summary>The environment of every process.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Settings = new Dictionary<string, string?>
    {
        ["Bench__Enabled"] = "true",
        ["Callbacks__AllowLoopback"] = "true",
        ["Admin__Key"] = Deployment.AdminKey,
        ["Logging__LogLevel__Default"] = "Warning",
        ["Rehearsal__Batches"] = "200",
        ["Rehearsal__Key"] = Deployment.AdminKey,
    };

    private readonly Deployment? _services;
    private readonly ServiceProcess? _standalone;
    private readonly string? _folder;

    private Target(string name, HttpClient client, Deployment? services, ServiceProcess? standalone, string? folder)
    {
        (Name, Client, _services, _standalone, _folder) = (name, client, services, standalone, folder);
        Processes = [.. (services?.All ?? [standalone!]).Select(process => new ProcessUse(process.Project, process.Id))];
    }

    public string Name { get; }

    /// <summary>Calls the gateway, or the standalone host, with the admin key.</summary>
    public HttpClient Client { get; }

    public IReadOnlyList<ProcessUse> Processes { get; }

    /// <summary>CPU time so far of each process, of the servers that it talks to, and of this client.</summary>
    public IReadOnlyDictionary<string, double> CpuByProcess()
    {
        var used = Processes.ToDictionary(process => process.ShortName, process => process.CpuSeconds);
        used["client"] = new ProcessUse("client", Environment.ProcessId).CpuSeconds;
        if (_services is not null)
        {
            (used["postgres"], used["rabbitmq"]) = (ProcessUse.CpuSecondsOf("postgres"), ProcessUse.CpuSecondsOf("beam.smp"));
        }

        return used;
    }

    public static async Task<Target> StartAsync(string shape)
    {
        if (shape == "services")
        {
            var services = await Deployment.StartAsync(settings: Settings);
            return new Target(shape, services.Client, services, standalone: null, folder: null);
        }

        var folder = Directory.CreateTempSubdirectory("bench-").FullName;
        var port = LoopbackPort.Next();
        var standalone = await ServiceProcess.StartAsync("services/standalone", Settings, ["--data", folder, "--urls", $"http://127.0.0.1:{port}"], port);
        var client = new HttpClient { BaseAddress = standalone.BaseAddress, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Deployment.AdminKey);
        return new Target(shape, client, services: null, standalone, folder);
    }

    public void PrintProcesses()
    {
        foreach (var process in Processes)
        {
            Console.WriteLine($"{Name,-11} {process.Name,-22} CPU {process.CpuSeconds,7:0.00} s   peak memory {process.PeakMebibytes,5} MiB");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        if (_standalone is not null)
        {
            await _standalone.DisposeAsync();
            Client.Dispose();
            Directory.Delete(_folder!, recursive: true);
        }
    }
}
