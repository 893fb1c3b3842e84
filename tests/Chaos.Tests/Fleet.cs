using System.Net.Http.Headers;
using BatchPlatform.Chaos.Tests.Faults;
using BatchPlatform.Testing;
using Npgsql;

namespace BatchPlatform.Chaos.Tests;

/// <summary>
/// The platform as separate processes, two of each service and a gateway, on servers of its own; each process has networks of
/// its own to the two servers, and is started again when it ends.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int Instances = 2;
    private static readonly string[] Services = ["services/api", "services/orchestrator", "services/worker", "services/notifier"];
    private static readonly TimeSpan RestartDelay = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _ended = new();
    private Task _reviving = Task.CompletedTask;

    private Fleet(ScratchServers servers, Member upstream)
    {
        Servers = servers;
        Upstream = upstream;
    }

    public ScratchServers Servers { get; }

    /// <summary>The sample upstream.</summary>
    public Member Upstream { get; }

    /// <summary>All processes of the platform.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>Calls the gateway with the admin key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts everything and returns when all are ready.</summary>
    /// <param name="servers">Disposed of with the fleet.</param>
    /// <param name="upstream">Settings of the sample upstream.</param>
    /// <param name="settingsFor">The settings of the platform, given the upstream's address.</param>
    public static async Task<Fleet> StartAsync(
        ScratchServers servers, IReadOnlyDictionary<string, string?> upstream, Func<Uri, IReadOnlyDictionary<string, string?>> settingsFor)
    {
        var fleet = new Fleet(servers, new Member("samples", upstream));
        try
        {
            await fleet.StartAsync(settingsFor(fleet.Upstream.Address));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _reviving;
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }

        await Upstream.DisposeAsync();
        Client?.Dispose();
        await Servers.DisposeAsync();
        _ended.Dispose();
    }

    private async Task StartAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var store = new NpgsqlConnectionStringBuilder((await PostgresDatabase.CreateAsync(Servers.Addresses)).ConnectionString);
        var bus = new UriBuilder((await RabbitVirtualHost.CreateAsync(Servers.Addresses)).ConnectionString);
        await Deployment.MigrateAsync(Deployment.SettingsFor(store.ConnectionString, bus.ToString(), settings));
        for (var instance = 0; instance < Instances; instance++)
        {
            Members.AddRange(Services.Select(project => Service(project, store, bus, settings)));
        }

        var routes = Deployment.Routes(Members.Where(member => member.Name == "api").Select(api => api.Address));
        var gateway = new Member("gateway", new Dictionary<string, string?>([.. Deployment.SettingsFor("", "", settings), .. routes]));
        Members.Add(gateway);
        Client = new HttpClient { BaseAddress = gateway.Address, Timeout = TimeSpan.FromSeconds(30) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Deployment.AdminKey);

        await Task.WhenAll(Members.Prepend(Upstream).Select(member => member.StartAsync()));
        await Task.WhenAll(Members.Select(member => member.WaitUntilReadyAsync()));
        _reviving = ReviveAsync();
    }

    private static Member Service(string project, NpgsqlConnectionStringBuilder store, UriBuilder bus, IReadOnlyDictionary<string, string?> settings)
    {
        // Workers do not know the database.
        var (toStore, toBus) = (project == "services/worker" ? null : new TcpProxy(store.Port), new TcpProxy(bus.Port));
        var ownStore = new NpgsqlConnectionStringBuilder(store.ConnectionString) { Port = toStore?.Port ?? 1 };
        var ownBus = new UriBuilder(bus.Uri) { Port = toBus.Port };
        return new Member(project, Deployment.SettingsFor(ownStore.ConnectionString, ownBus.ToString(), settings), toStore, toBus);
    }

    private async Task ReviveAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            await Task.Delay(RestartDelay, TimeProvider.System, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var member in Members)
            {
                await member.ReviveAsync();
            }
        }
    }
}
