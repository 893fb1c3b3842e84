using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BatchPlatform.Store;

/// <summary>Lets <c>dotnet ef migrations add NAME --context SqliteStoreDb</c> build the model; no database is opened.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteStoreDb>
{
    public SqliteStoreDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqliteStoreDb>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>The same for <c>--context SqlServerStoreDb</c>.</summary>
internal sealed class SqlServerDesignTime : IDesignTimeDbContextFactory<SqlServerStoreDb>
{
    public SqlServerStoreDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqlServerStoreDb>().UseSqlServer("Server=localhost").Options);
}

/// <summary>The same for <c>--context PostgresStoreDb</c>.</summary>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresStoreDb>
{
    public PostgresStoreDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresStoreDb>().UseNpgsql("Host=localhost").Options);
}
