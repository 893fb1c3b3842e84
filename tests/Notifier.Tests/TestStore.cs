using BatchPlatform.Testing;

namespace BatchPlatform.Notifier.Tests;

/// <summary>An empty database for one test: a SQLite file, or a database on the scratch PostgreSQL.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notifier-");
    private readonly PostgresDatabase? _postgres;

    private TestStore(PostgresDatabase? postgres) => _postgres = postgres;

    public Dictionary<string, string?> Settings => new()
    {
        ["Store:Provider"] = _postgres is null ? "Sqlite" : "Postgres",
        ["ConnectionStrings:Store"] = _postgres?.ConnectionString ?? $"Data Source={_folder.FullName}/store.db",
    };

    public static TestStore Sqlite() => new(null);

    public static async Task<TestStore> OfAsync(string provider) =>
        new(provider == "Postgres" ? await PostgresDatabase.CreateAsync() : null);

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
