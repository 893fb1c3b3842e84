using System.Net;
using System.Net.Sockets;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace BatchPlatform.Store.Tests;

public sealed class SchemaGateTests
{
    private readonly FakeClock _clock = new();
    private readonly LogLines _log = new();

    [Fact]
    public async Task A_service_waits_until_the_schema_is_there_and_says_so()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var process = Process("Postgres", database.ConnectionString);
        var starting = Gate(process).StartingAsync(default);
        await Eventually.Equal(1, () => _clock.ActiveTimers);
        Assert.Contains("orchestrator -- migrate", _log.Last);

        await StoreMigration.MigrateAsync(process.GetRequiredService<BatchStore>());
        _clock.Advance(TimeSpan.FromSeconds(2));

        await starting.WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);
    }

    [Fact]
    public async Task A_service_waits_for_a_server_that_does_not_answer()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var away = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = LoopbackPort.Next() };
        await using var process = Process("Postgres", away.ConnectionString);
        using var stop = new CancellationTokenSource();

        var starting = Gate(process).StartingAsync(stop.Token);
        await Eventually.Equal(1, () => _clock.ActiveTimers);
        var lines = _log.Count;
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Eventually.True(() => _log.Count > lines);

        Assert.Contains("Waiting for the database", _log.Last);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task A_service_does_not_wait_for_a_file_that_is_no_database()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("store.db"), new string('x', 10_000));
        await using var process = Process("Sqlite", $"Data Source={folder.File("store.db")}");

        await Assert.ThrowsAsync<StoreUnusableException>(() => Gate(process).StartingAsync(default));
    }

    [Fact]
    public async Task The_gate_opens_before_anything_hosted_starts()
    {
        using var folder = new TestFolder();
        await using var process = Process("Sqlite", $"Data Source={folder.File("store.db")}");
        await StoreMigration.MigrateAsync(process.GetRequiredService<BatchStore>());

        await Gate(process).StartingAsync(default);

        Assert.Equal(0, _log.Count);
    }

    [Fact]
    public async Task A_service_is_ready_when_its_tables_answer()
    {
        using var folder = new TestFolder();
        await using var process = Process("Sqlite", $"Data Source={folder.File("store.db")}");
        Assert.Equal(HealthStatus.Unhealthy, await ReadinessAsync(process));

        await StoreMigration.MigrateAsync(process.GetRequiredService<BatchStore>());

        Assert.Equal(HealthStatus.Healthy, await ReadinessAsync(process));
    }

    [Fact]
    public async Task A_service_is_not_ready_when_the_database_says_nothing_for_three_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // it takes connections, and that is all
        silent.Start();
        await using var process = Process("Postgres", $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=x;Password=x;Database=x");

        var asked = ReportAsync(process);
        await Eventually.Equal(2, () => _clock.ActiveTimers); // the answer's and the query's
        _clock.Advance(TimeSpan.FromSeconds(3));
        var report = await asked.WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);

        Assert.Equal((HealthStatus.Unhealthy, "The database does not answer."), (report.Status, report.Entries["store"].Description));
    }

    [Fact]
    public async Task A_service_is_not_ready_when_the_database_takes_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var process = Process("Postgres", database.ConnectionString);
        await StoreMigration.MigrateAsync(process.GetRequiredService<BatchStore>());
        Assert.Equal(HealthStatus.Healthy, await ReadinessAsync(process));

        await using var reading = Process("Postgres", database.ConnectionString + ";Options=-c default_transaction_read_only=on");
        var report = await ReportAsync(reading);

        Assert.Equal((HealthStatus.Degraded, "The database is read-only."), (report.Status, report.Entries["store"].Description));
    }

    private static async Task<HealthStatus> ReadinessAsync(ServiceProvider process) => (await ReportAsync(process)).Status;

    private static async Task<HealthReport> ReportAsync(ServiceProvider process)
    {
        var report = await process.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));
        Assert.NotEmpty(report.Entries);
        return report;
    }

    private static SchemaGate Gate(ServiceProvider process) =>
        process.GetServices<IHostedService>().OfType<SchemaGate>().Single();

    private ServiceProvider Process(string provider, string connectionString) => StoreProcess.Of(provider, connectionString, services => services
        .AddSingleton<TimeProvider>(_clock)
        .AddSingleton<ILogger<SchemaGate>>(_log)
        .AddSchemaGate());

    private sealed class LogLines : ILogger<SchemaGate>
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _lines.Count;
                }
            }
        }

        public string Last
        {
            get
            {
                lock (_lock)
                {
                    return _lines[^1];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
