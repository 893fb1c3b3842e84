using BatchPlatform.Defaults;
using BatchPlatform.Store.Bulk;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>Registers the store. <c>Store:Provider</c> chooses Sqlite, Postgres or SqlServer, <c>ConnectionStrings:Store</c> says where.</summary>
public static class StoreSetup
{
    // A connection that was lost while nobody used it is made anew, three times within six seconds, before a statement fails for it.
    private const string SqlServerDefaults = "Application Name=batchplatform;Connect Retry Count=3;Connect Retry Interval=2;";

    /// <exception cref="InvalidOperationException">The provider is unknown, or there is no connection string.</exception>
    /// <exception cref="StoreUnusableException">The connection string names no SQLite file, or its folder cannot be made.</exception>
    public static IServiceCollection AddStore(this IServiceCollection services, IConfiguration configuration)
    {
        var provider = configuration["Store:Provider"] ?? "Sqlite";
        var connection = configuration.GetConnectionString("Store")
            ?? throw new InvalidOperationException("ConnectionStrings__Store is not set: it says where the database is.");
        switch (provider)
        {
            case "Sqlite":
                var file = SqliteFile.Prepare(connection);
                var settings = new SqliteConnections();
                services.AddSingleton<SqliteFaults>();
                services.AddPooledDbContextFactory<SqliteStoreDb>((provider, options) => Quiet(options)
                    .UseSqlite(file)
                    .AddInterceptors(settings, provider.GetRequiredService<SqliteFaults>()));
                services.AddSingleton<PassingError>(SqliteFile.Passes);
                services.AddSingleton<IDbContextOpener, DbContextOpener<SqliteStoreDb>>();
                services.AddSingleton<IBulk, SqliteBulk>();
                break;
            case "Postgres":
                services.AddPooledDbContextFactory<PostgresStoreDb>(options => Quiet(options).UseNpgsql(PostgresConnections.Complete(connection)));
                services.AddSingleton<IDbContextOpener, DbContextOpener<PostgresStoreDb>>();
                services.AddSingleton<IBulk, PostgresBulk>();
                services.AddSingleton<PassingError>(PostgresErrors.Passes);
                break;
            case "SqlServer":
                services.AddPooledDbContextFactory<SqlServerStoreDb>(options => Quiet(options)
                    .UseSqlServer(SqlServerDefaults + connection, server => server.ExecutionStrategy(dependencies => new SqlServerRetries(dependencies))));
                services.AddSingleton<IDbContextOpener, DbContextOpener<SqlServerStoreDb>>();
                services.AddSingleton<IBulk, SqlServerBulk>();
                services.AddSingleton<PassingError>(SqlServerErrors.Passes);
                break;
            default:
                throw new InvalidOperationException($"Store__Provider is '{provider}': it must be Sqlite, Postgres or SqlServer.");
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new WriterGate(oneWriter: provider == "Sqlite"));
        services.AddSingleton<OutboxRelay>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<NumberSource>();
        services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: ["ready"]);
        return services;
    }

    // A statement is no news; one that fails is told by whoever asked for it, with what it means there.
    private static DbContextOptionsBuilder Quiet(DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(warnings => warnings.Log(
            (RelationalEventId.CommandExecuted, LogLevel.Debug),
            (RelationalEventId.CommandError, LogLevel.Debug)));
}
