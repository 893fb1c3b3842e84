using BatchPlatform.Testing;

namespace BatchPlatform.Chaos.Tests.Faults;

/// <summary>A PostgreSQL and a RabbitMQ of the chaos suite's own, which it may end and start again.</summary>
internal sealed class ScratchServers : IAsyncDisposable
{
    // Where test.sh finds them when this process is ended before it has stopped them.
    private readonly string _home = Path.Combine(
        Environment.GetEnvironmentVariable("BP_TEST_HOME") ?? "/tmp/batchplatform-tests", $"chaos-{Environment.ProcessId}");

    private ScratchServers()
    {
    }

    public TestServers Addresses { get; private set; } = null!;

    public static async Task<ScratchServers> StartAsync()
    {
        var servers = new ScratchServers();
        await servers.RunAsync("start");
        servers.Addresses = TestServers.Of(Variables(await servers.RunAsync("env")).GetValueOrDefault);
        return servers;
    }

    /// <summary>Ends one of the two by a signal; its data stay.</summary>
    public Task HaltAsync(string server, string signal) => RunAsync("halt", server, signal);

    /// <summary>Starts it again, where it was, and returns when it answers.</summary>
    public Task ResumeAsync(string server) => RunAsync("resume", server);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop");
        Directory.Delete(_home, recursive: true);
    }

    private Task<string> RunAsync(params string[] arguments)
    {
        Directory.CreateDirectory(_home);
        return ShellCommand.RunAsync("tests/services.sh", arguments, environment: new Dictionary<string, string?> { ["BP_TEST_HOME"] = _home });
    }

    // Lines such as: export NAME='value'
    private static Dictionary<string, string> Variables(string script) => script
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line["export ".Length..].Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
}
