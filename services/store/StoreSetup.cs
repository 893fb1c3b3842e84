using BatchPlatform.Store.Bulk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store;

/// <summary>Registers the store. <c>Store:Provider</c> chooses Sqlite or Postgres, <c>ConnectionStrings:Store</c> says where.</summary>
public static class StoreSetup
{
    /// <exception cref="InvalidOperationException">The provider is unknown, or there is no connection string.</exception>
    public static IServiceCollection AddStore(this IServiceCollection services, IConfiguration configuration)
    {
        var provider = configuration["Store:Provider"] ?? "Sqlite";
        var connection = configuration.GetConnectionString("Store")
            ?? throw new InvalidOperationException("ConnectionStrings__Store is not set: it says where the database is.");
        switch (provider)
        {
            case "Sqlite":
                services.AddPooledDbContextFactory<SqliteStoreDb>(options => options.UseSqlite(connection));
                services.AddSingleton<IDbContextOpener, DbContextOpener<SqliteStoreDb>>();
                services.AddSingleton<IBulk, SqliteBulk>();
                break;
            case "Postgres":
                services.AddPooledDbContextFactory<PostgresStoreDb>(options => options.UseNpgsql(connection));
                services.AddSingleton<IDbContextOpener, DbContextOpener<PostgresStoreDb>>();
                services.AddSingleton<IBulk, PostgresBulk>();
                break;
            default:
                throw new InvalidOperationException($"Store__Provider is '{provider}': it must be Sqlite or Postgres.");
        }

        services.AddSingleton(new WriterGate(oneWriter: provider == "Sqlite"));
        services.AddSingleton<OutboxRelay>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<NumberSource>();
        return services;
    }
}
