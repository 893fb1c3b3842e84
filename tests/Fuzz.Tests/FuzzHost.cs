using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using BatchPlatform.Api;
using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator;
using BatchPlatform.Samples;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>The whole platform but for workers and the notifier, so that nothing moves by itself; its clocks hardly tick.</summary>
public sealed class FuzzHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz-tests-").FullName;
    private readonly ConcurrentQueue<string> _errors = new();
    private WebApplication _app = null!;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What was logged as an error: what a 5xx came from.</summary>
    public IEnumerable<string> Errors => _errors;

    internal BatchStore Store => _app.Services.GetRequiredService<BatchStore>();

    public static async Task<FuzzHost> StartAsync()
    {
        var host = new FuzzHost();
        var builder = WebApplication.CreateSlimBuilder();
        var upstreams = new JsonObject { ["Upstreams"] = SampleUpstream.Definitions("http://127.0.0.1:9") };
        builder.Configuration.Sources.Clear();
        builder.AddLogDefaults();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(upstreams.ToJsonString())));
        builder.Configuration.AddInMemoryCollection(host.Settings());
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Error).AddProvider(new LogLines(host._errors));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddStore(builder.Configuration);
        await StoreMigration.MigrateAsync(builder.Services);
        builder.AddApi();
        builder.AddOrchestrator();
        builder.Services.AddBus(builder.Configuration, ApiSetup.Bus(builder.Configuration), OrchestratorSetup.Bus(builder.Configuration));
        host._app = builder.Build();
        host._app.MapApi();
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Stores a tenant with a key of every scope; gives the keys.</summary>
    public async Task<(string Admin, string Write, string Read)> AddTenantAsync(string tenant)
    {
        await using var unit = await Store.BeginAsync();
        var keys = (Add("admin write read"), Add("write read"), Add("read"));
        await unit.CommitAsync();
        return keys;

        string Add(string scopes)
        {
            // Letters and digits only, and another for each: of g1-10 and g11-0, too.
            var id = $"{tenant}-{scopes.Length}".Replace('-', 'x');
            var key = KeySecret.Make(id);
            var (salt, hash) = KeySecret.Protect(key);
            unit.Db.Keys.Add(new ApiKey { Id = id, Tenant = tenant, Scopes = scopes, Salt = salt, Hash = hash });
            return key;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string?> Settings() => new()
    {
        ["ConnectionStrings:Store"] = $"Data Source={_folder}/store.db",
        ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]),
        ["Admin:Key"] = "an-admin-key-that-nobody-uses-here",
        ["Bench:Enabled"] = "true",
        ["Api:ClockSeconds"] = "600",
        ["Api:AppendWaitSeconds"] = "0.1",
        ["Api:DocumentSeconds"] = "1",
        ["Orchestrator:ClockSeconds"] = "60",
        ["Orchestrator:ReconcileSeconds"] = "600",
    };
}
