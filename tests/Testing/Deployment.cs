using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace BatchPlatform.Testing;

/// <summary>The platform as separate processes on a PostgreSQL database and a RabbitMQ virtual host of its own.</summary>
public sealed class Deployment : IAsyncDisposable
{
    /// <summary>The key that <see cref="Client"/> sends.</summary>
    public const string AdminKey = "an-admin-key-for-tests-only";

    private readonly PostgresDatabase _database;
    private readonly RabbitVirtualHost _bus;
    private readonly Dictionary<string, string?> _environment;
    private readonly ConcurrentBag<HttpClient> _clients = [];

    private Deployment(PostgresDatabase database, RabbitVirtualHost bus, IReadOnlyDictionary<string, string?>? settings)
    {
        _database = database;
        _bus = bus;
        _environment = SettingsFor(database.ConnectionString, bus.ConnectionString, settings);
    }

    /// <summary>The environment of a service on this database and this bus.</summary>
    /// <param name="store">A connection string of PostgreSQL.</param>
    /// <param name="bus">A virtual host of RabbitMQ.</param>
    /// <param name="settings">Environment variables besides.</param>
    public static Dictionary<string, string?> SettingsFor(string store, string bus, IReadOnlyDictionary<string, string?>? settings = null) =>
        new(settings ?? new Dictionary<string, string?>())
        {
            ["Store__Provider"] = "Postgres",
            ["ConnectionStrings__Store"] = store,
            ["Bus__Transport"] = "RabbitMq",
            ["ConnectionStrings__Bus"] = bus,
            ["Admin__Key"] = AdminKey,
            ["Logging__LogLevel__Default"] = "Warning",
        };

    /// <summary>The environment that tells a gateway where the apis are.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Routes(IEnumerable<Uri> apis) => apis.Select((api, place) =>
        KeyValuePair.Create($"ReverseProxy__Clusters__api__Destinations__api{place + 1}__Address", (string?)api.ToString()));

    /// <summary>Brings the schema up.</summary>
    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public static async Task MigrateAsync(IReadOnlyDictionary<string, string?> environment)
    {
        await using var migrate = await ServiceProcess.LaunchAsync("services/orchestrator", environment, ["migrate"]);
        if (await migrate.WaitForExitAsync(TimeSpan.FromSeconds(180)) is not 0 and var code)
        {
            throw new InvalidOperationException($"migrate ended with code {code}:\n{migrate.Output}");
        }
    }

    public List<ServiceProcess> Apis { get; } = [];

    public List<ServiceProcess> Orchestrators { get; } = [];

    public List<ServiceProcess> Workers { get; } = [];

    public List<ServiceProcess> Notifiers { get; } = [];

    public ServiceProcess Gateway { get; private set; } = null!;

    public PostgresDatabase Database => _database;

    public RabbitVirtualHost Bus => _bus;

    /// <summary>Every process that is part of it.</summary>
    public IEnumerable<ServiceProcess> All => [Gateway, .. Apis, .. Orchestrators, .. Workers, .. Notifiers];

    /// <summary>Calls the gateway with the admin key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Brings the schema up, then starts so many of each service, and returns when all are ready.</summary>
    /// <param name="instances">How many of each of api, orchestrator, worker and notifier.</param>
    /// <param name="settings">Environment variables for all of them.</param>
    public static async Task<Deployment> StartAsync(int instances = 1, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var deployment = new Deployment(await PostgresDatabase.CreateAsync(), await RabbitVirtualHost.CreateAsync(), settings);
        try
        {
            await MigrateAsync(deployment._environment);
            await Task.WhenAll(Enumerable.Range(0, instances).SelectMany(_ => new[]
            {
                deployment.AddAsync("services/orchestrator", deployment.Orchestrators),
                deployment.AddAsync("services/worker", deployment.Workers),
                deployment.AddAsync("services/notifier", deployment.Notifiers),
                deployment.AddAsync("services/api", deployment.Apis),
            }));
            await deployment.StartGatewayAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more process of a service, where another was if <paramref name="port"/> says so.</summary>
    public async Task<ServiceProcess> AddAsync(string project, List<ServiceProcess> others, int? port = null)
    {
        var process = await ServiceProcess.StartAsync(project, _environment, port: port, timeout: TimeSpan.FromSeconds(180));
        lock (others)
        {
            others.Add(process);
        }

        return process;
    }

    /// <summary>Kills every process but the gateway, runs what is to be done meanwhile, and starts each where it was.</summary>
    public async Task WhileDownAsync(Func<Task> action)
    {
        List<ServiceProcess>[] services = [Orchestrators, Workers, Notifiers, Apis];
        foreach (var process in services.SelectMany(service => service))
        {
            await process.DisposeAsync();
        }

        await action();
        var former = services.SelectMany(service => service.Select(process => (Service: service, Process: process))).ToList();
        foreach (var service in services)
        {
            service.Clear();
        }

        await Task.WhenAll(former.Select(one => AddAsync(one.Process.Project, one.Service, one.Process.Port)));
        await Gateway.WaitUntilReadyAsync();
    }

    /// <summary>Starts each process that has ended again where it was, as whatever supervises it does in production.</summary>
    public async Task ReviveAsync()
    {
        foreach (var service in new[] { Orchestrators, Workers, Notifiers, Apis })
        {
            foreach (var process in service.FindAll(process => process.HasExited))
            {
                await AddAsync(process.Project, service, process.Port);
                service.Remove(process);
                await process.DisposeAsync();
            }
        }
    }

    /// <summary>Calls the gateway with a key of another tenant, made for it.</summary>
    public async Task<HttpClient> ClientOfAsync(string tenant)
    {
        var made = await Client.AskAsync(HttpMethod.Post, "/v1/keys", Http.Json(new JsonObject { ["tenant"] = tenant, ["scopes"] = new JsonArray("read", "write") }));
        var client = new HttpClient { BaseAddress = Gateway.BaseAddress, Timeout = Client.Timeout };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)made.Json["key"]);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in All.Where(process => process is not null))
        {
            await process.DisposeAsync();
        }

        Client?.Dispose();
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await _bus.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task StartGatewayAsync()
    {
        var routes = Routes(Apis.Select(api => api.BaseAddress));
        Gateway = await ServiceProcess.StartAsync("gateway", new Dictionary<string, string?>([.. _environment, .. routes]), timeout: TimeSpan.FromSeconds(180));
        Client = new HttpClient { BaseAddress = Gateway.BaseAddress, Timeout = TimeSpan.FromMinutes(10) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }
}
