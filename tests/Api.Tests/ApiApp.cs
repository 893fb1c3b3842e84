using System.Collections.Concurrent;
using System.Net.Http.Headers;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Tests;

/// <summary>The real API on a real port over a store of its own, a SQLite file unless <c>Store:Provider</c> says Postgres, with <see cref="FakeLifecycle"/> on an in-memory bus.</summary>
public sealed class ApiApp : IAsyncLifetime
{
    public const string AdminKey = "an-admin-key-for-tests";

    /// <summary>Who asks, where no request does.</summary>
    internal static readonly Actor Actor = new("default", KeyDirectory.AdminId, "192.0.2.7");

    private readonly string _folder = Directory.CreateTempSubdirectory("api-tests").FullName;
    private readonly Dictionary<string, string?> _settings;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _log = new();
    private WebApplication? _app;

    public ApiApp()
        : this(new Dictionary<string, string?>())
    {
    }

    private ApiApp(Dictionary<string, string?> settings, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _settings = new Dictionary<string, string?>(Defaults());
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }
    }

    /// <summary>Sends the admin key.</summary>
    public HttpClient Client { get; private set; } = new();

    public IServiceProvider Services => _app!.Services;

    /// <summary>The database, where it is PostgreSQL.</summary>
    public PostgresDatabase? Postgres { get; private set; }

    /// <summary>What the database was asked, where it is SQLite.</summary>
    public CountedQueries Queries { get; } = new();

    /// <summary>Everything logged.</summary>
    public IReadOnlyCollection<string> Log => _log;

    internal FakeLifecycle Lifecycle => Services.GetRequiredService<FakeLifecycle>();

    internal FakeNotifier Notifier => Services.GetRequiredService<FakeNotifier>();

    internal BatchStore Store => Services.GetRequiredService<BatchStore>();

    public static async Task<ApiApp> StartAsync(Dictionary<string, string?>? settings = null, TimeProvider? time = null)
    {
        var app = new ApiApp(settings ?? [], time);
        try
        {
            await app.InitializeAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync(); // Some tests are about a start that fails.
            throw;
        }
    }

    public async Task InitializeAsync()
    {
        if (_settings.GetValueOrDefault("Store:Provider") == "Postgres")
        {
            Postgres = await PostgresDatabase.CreateAsync();
            _settings["ConnectionStrings:Store"] = Postgres.ConnectionString;
        }

        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.AddLogDefaults();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new LogLines(_log));
        // Kestrel would cut off, after some seconds on the wall, a body that a test holds back while it moves the clock on.
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
        builder.Services.AddSingleton(_time);
        builder.Services.AddStore(builder.Configuration);
        builder.Services.ConfigureDbContext<SqliteStoreDb>(options => options.AddInterceptors(Queries));
        await StoreMigration.MigrateAsync(builder.Services);
        builder.Services.AddSingleton<FakeLifecycle>();
        builder.Services.AddSingleton<FakeNotifier>();
        builder.AddApi();
        builder.Services.AddBus(builder.Configuration, ApiSetup.Bus(builder.Configuration), FakeLifecycle.Bus, FakeNotifier.Bus);
        _app = builder.Build();
        _app.MapApi();
        _app.MapHealth();
        await _app.StartAsync();
        Client = NewClient(AdminKey);
    }

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient { BaseAddress = new Uri(_app!.Urls.First()) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Sends what the lifecycle will not answer, without waiting as long as a client would have to.</summary>
    internal async Task<Reply> UnansweredAsync(Func<Task<Reply>> send)
    {
        var options = Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        var patience = options.CommandSeconds;
        options.CommandSeconds = 0.5;
        var reply = await send();
        options.CommandSeconds = patience;
        reply.IsProblem(504, "OUTCOME_UNKNOWN");
        return reply;
    }

    /// <summary>Stores a key; gives its text.</summary>
    public async Task<string> AddKeyAsync(string id, string tenant, string scopes, DateTime? expiresAt = null)
    {
        var key = KeySecret.Make(id);
        var (salt, hash) = KeySecret.Protect(key);
        await WriteAsync(db => db.Keys.Add(new ApiKey { Id = id, Tenant = tenant, Scopes = scopes, Salt = salt, Hash = hash, ExpiresAt = expiresAt }));
        return key;
    }

    /// <summary>The jobs stored for a batch, seen or not.</summary>
    public async Task<List<Job>> JobsAsync(Guid batch)
    {
        await using var db = Store.Read();
        var number = await db.Batches.Where(b => b.CorrelationId == batch).Select(b => b.Number).SingleAsync();
        return await db.Jobs.Where(job => job.Batch == number).OrderBy(job => job.Index).ToListAsync();
    }

    /// <summary>Asserts that a refused upload left neither jobs nor a command behind.</summary>
    public async Task NothingIsLeftAsync(Guid batch)
    {
        Assert.Empty(await JobsAsync(batch));
        Assert.Equal(0, await ReadAsync(db => Task.FromResult(db.Appends.Count(append => append.BatchId == batch))));
        Assert.DoesNotContain(Lifecycle.Commands, command => command is AcceptAppend && command.BatchId == batch);
    }

    public async Task<T> ReadAsync<T>(Func<StoreDb, Task<T>> read)
    {
        await using var db = Store.Read();
        return await read(db);
    }

    public async Task WriteAsync(Action<StoreDb> write)
    {
        await using var unit = await Store.BeginAsync();
        write(unit.Db);
        await unit.CommitAsync();
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string?> Defaults() => new()
    {
        ["ConnectionStrings:Store"] = $"Data Source={_folder}/store.db",
        ["Admin:Key"] = AdminKey,
        ["Security:MasterKey"] = "QSBtYXN0ZXIga2V5IG9mIDMyIGJ5dGVzIGZvciB0ZXM=",
        ["Bench:Enabled"] = "true",
        ["Upstreams:places:base_url"] = "http://127.0.0.1:9/places",
        ["Upstreams:places:actions:lookup:method"] = "GET",
        ["Upstreams:places:actions:lookup:body"] = "none",
    };
}
