#pragma warning disable EF1001 // EF's own list of migrations is what a next version would have one more in.
using System.Reflection;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Internal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>The schema of a next version: one migration more, brought up the way <c>orchestrator -- migrate</c> and the standalone program do.</summary>
internal static class NextSchema
{
    private const string Id = "29990101000000_Next";

    public static async Task BringUpAsync(string provider, string connection)
    {
        var settings = new Dictionary<string, string?> { ["Store:Provider"] = provider, ["ConnectionStrings:Store"] = connection };
        var services = new ServiceCollection().AddLogging();
        services.AddStore(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var opener = new Opener(provider, connection);
        services.Replace(ServiceDescriptor.Singleton<IDbContextOpener>(opener));

        await StoreMigration.MigrateAsync(services);

        await using var db = opener.Open();
        Assert.Contains(Id, await db.Database.GetAppliedMigrationsAsync());
    }

    private sealed class Opener(string provider, string connection) : IDbContextOpener
    {
        public StoreDb Open() => provider == "Sqlite"
            ? new SqliteStoreDb(Next(new DbContextOptionsBuilder<SqliteStoreDb>().UseSqlite(connection)).Options)
            : new PostgresStoreDb(Next(new DbContextOptionsBuilder<PostgresStoreDb>().UseNpgsql(connection)).Options);

        private static DbContextOptionsBuilder<TDb> Next<TDb>(DbContextOptionsBuilder<TDb> options)
            where TDb : DbContext
        {
            options.ReplaceService<IMigrationsAssembly, OneMore>();
            return options;
        }
    }

    private sealed class OneMore(
        ICurrentDbContext context, IDbContextOptions options, IMigrationsIdGenerator ids, IDiagnosticsLogger<DbLoggerCategory.Migrations> logger)
        : MigrationsAssembly(context, options, ids, logger)
    {
        public override IReadOnlyDictionary<string, TypeInfo> Migrations =>
            new SortedList<string, TypeInfo>(base.Migrations.ToDictionary(known => known.Key, known => known.Value)) { [Id] = typeof(Next).GetTypeInfo() };
    }

    /// <summary>What migrations mostly do: columns on tables that are in use, and an index.</summary>
    [Migration(Id)]
    private sealed class Next : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>("remark", "batches", nullable: true);
            migrationBuilder.AddColumn<int>("calls", "outcomes", nullable: false, defaultValue: 0);
            migrationBuilder.CreateIndex("ix_jobs_next", "jobs", ["batch", "custom_id"]);
        }
    }
}
