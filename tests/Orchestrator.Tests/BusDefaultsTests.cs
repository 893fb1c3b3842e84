using System.Net.Sockets;
using System.Text.Json;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What every service's bus does for itself.</summary>
public sealed class BusDefaultsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task The_broker_is_told_how_soon_to_miss_a_process()
    {
        await using var rabbit = await RabbitVirtualHost.CreateAsync();
        using var host = await StartAsync(new() { ["Bus:Transport"] = "RabbitMq", ["ConnectionStrings:Bus"] = rabbit.ConnectionString });

        // The list is some seconds old.
        await Eventually.True(async () => JsonDocument.Parse(await rabbit.Api.GetStringAsync($"vhosts/{rabbit.Name}/connections"))
            .RootElement.EnumerateArray().Any(connection => connection.GetProperty("timeout").GetInt32() == 10));
        await host.StopAsync();
    }

    [Theory]
    [InlineData(Fault.ReadOnly)]
    [InlineData(Fault.Idle)]
    [InlineData(Fault.Ended)]
    [InlineData(Fault.Cut)]
    public async Task A_message_that_meets_a_database_which_is_away_for_a_moment_is_tried_again(Fault fault)
    {
        var writes = new Writes(fault);
        using var host = await StartAsync(
            new() { ["Store:Provider"] = "Postgres", ["ConnectionStrings:Store"] = database.ConnectionString },
            services => services.AddSingleton(writes),
            new BusPart(bus => bus.AddConsumer<Writer>(), (context, queues) => queues.Durable("writes", 1, queue => queue.ConfigureConsumer<Writer>(context))));

        await host.Services.GetRequiredService<IBus>().Publish(new Write());

        await Eventually.True(() => writes.Done);
        Assert.Equal(2, writes.Tries);
        await host.StopAsync();
    }

    private static async Task<IHost> StartAsync(Dictionary<string, string?> settings, Action<IServiceCollection>? configure = null, params BusPart[] parts)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(settings);
        configure?.Invoke(builder.Services);
        if (settings.ContainsKey("Store:Provider"))
        {
            builder.Services.AddStore(builder.Configuration);
            await StoreMigration.MigrateAsync(builder.Services);
        }

        builder.Services.AddBus(builder.Configuration, parts);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>What befalls the first try.</summary>
    public enum Fault
    {
        /// <summary>The server takes no writes.</summary>
        ReadOnly,

        /// <summary>The process was frozen for too long.</summary>
        Idle,

        /// <summary>The server ends the session, as it does when it is restarted.</summary>
        Ended,

        /// <summary>The network ends the connection, as EF Core tells of it.</summary>
        Cut,
    }

    public sealed record Write;

    public sealed class Writes(Fault fault)
    {
        public Fault Fault => fault;

        public int Tries { get; set; }

        public bool Done { get; set; }
    }

    public sealed class Writer(BatchStore store, Writes writes) : IConsumer<Write>
    {
        public async Task Consume(ConsumeContext<Write> context)
        {
            await using var unit = await store.BeginAsync();
            if (++writes.Tries == 1)
            {
                await BefallAsync(unit.Db);
            }

            await unit.Db.Sequences.ExecuteUpdateAsync(row => row.SetProperty(sequence => sequence.Value, sequence => sequence.Value + 1));
            await unit.CommitAsync();
            writes.Done = true;
        }

        private async Task BefallAsync(StoreDb db)
        {
            var session = await db.Database.SqlQuery<int>($"SELECT pg_backend_pid() AS \"Value\"").SingleAsync();
            await using var other = store.Read();
            switch (writes.Fault)
            {
                case Fault.ReadOnly:
                    await db.Database.ExecuteSqlAsync($"SET TRANSACTION READ ONLY");
                    return;
                case Fault.Idle:
                    await db.Database.ExecuteSqlAsync($"SET LOCAL idle_in_transaction_session_timeout = '50ms'");
                    break;
                case Fault.Ended:
                    await other.Database.ExecuteSqlAsync($"SELECT pg_terminate_backend({session})");
                    break;
                default:
                    throw new InvalidOperationException("Likely due to a transient failure.", new NpgsqlException("Read.", new IOException("Reset.", new SocketException())));
            }

            await Eventually.Equal(0, () => other.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE pid = {session}").SingleAsync());
        }
    }
}
