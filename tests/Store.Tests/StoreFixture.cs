using BatchPlatform.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Tests;

/// <summary>A migrated database of one provider, for the tests of one class; each test uses a batch number of its own.</summary>
public abstract class StoreFixture : IAsyncLifetime
{
    private static long _number;
    private ServiceProvider? _services;

    /// <summary>What everything in <see cref="Store"/> takes for the time.</summary>
    public FakeClock Clock { get; } = new();

    public BatchStore Store => _services!.GetRequiredService<BatchStore>();

    public abstract string Provider { get; }

    public abstract string ConnectionString { get; }

    public static long NextBatch() => Interlocked.Increment(ref _number);

    /// <summary>The services of another process on the same database.</summary>
    public ServiceProvider Process(Action<IServiceCollection>? configure = null) => StoreProcess.Of(Provider, ConnectionString, services =>
    {
        services.AddSingleton<TimeProvider>(Clock);
        configure?.Invoke(services);
    });

    public virtual async Task InitializeAsync()
    {
        _services = Process();
        await StoreMigration.MigrateAsync(Store);
    }

    public virtual async Task DisposeAsync() => await _services!.DisposeAsync();
}

public sealed class SqliteFixture : StoreFixture
{
    private readonly TestFolder _folder = new();

    public override string Provider => "Sqlite";

    public override string ConnectionString => $"Data Source={_folder.File("store.db")}";

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class PostgresFixture : StoreFixture
{
    private readonly PostgresDatabase _database = new();

    public override string Provider => "Postgres";

    public override string ConnectionString => _database.ConnectionString;

    public override async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>The store's services, as a process has them.</summary>
internal static class StoreProcess
{
    public static ServiceProvider Of(string provider, string connectionString, Action<IServiceCollection>? configure = null)
    {
        var settings = new Dictionary<string, string?> { ["Store:Provider"] = provider, ["ConnectionStrings:Store"] = connectionString };
        var services = new ServiceCollection().AddLogging();
        configure?.Invoke(services);
        return services.AddStore(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
    }
}

/// <summary>A folder of its own, gone at the end.</summary>
public sealed class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("batchplatform-").FullName;

    public string File(string name) => Path.Combine(_path, name);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_path, recursive: true);
    }
}
