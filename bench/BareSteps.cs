using System.Collections.Concurrent;
using System.Diagnostics;
using BatchPlatform.Testing;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace BatchPlatform.Bench;

/// <summary>
/// The transactions and messages of a small batch, one after the other as they must be, with nothing in them and nothing
/// between them: what PostgreSQL and RabbitMQ take for their part, by the client libraries that the platform uses.
/// </summary>
internal sealed class BareSteps : IAsyncDisposable
{
    private const int Batches = 1000;

    // Of a row, and of a message: a slice of one job has some more.
    private const int Bytes = 500;
    private static readonly byte[] Body = new byte[Bytes];

    private readonly PostgresDatabase _database;
    private readonly RabbitVirtualHost _bus;
    private readonly NpgsqlDataSource _store;
    private readonly IConnection _connection;
    private readonly List<Hop> _hops = [];

    private BareSteps(PostgresDatabase database, RabbitVirtualHost bus, IConnection connection)
    {
        (_database, _bus, _connection) = (database, bus, connection);
        _store = NpgsqlDataSource.Create($"{database.ConnectionString};Max Auto Prepare=10;Auto Prepare Min Usages=1");
    }

    public static async Task<BareSteps> StartAsync(CancellationToken cancellationToken)
    {
        var (database, bus) = (await PostgresDatabase.CreateAsync(), await RabbitVirtualHost.CreateAsync());
        var connection = await new ConnectionFactory { Uri = new Uri(bus.ConnectionString) }.CreateConnectionAsync(cancellationToken);
        var steps = new BareSteps(database, bus, connection);
        await using var table = steps._store.CreateCommand("CREATE TABLE steps (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)");
        await table.ExecuteNonQueryAsync(cancellationToken);
        foreach (var name in new[] { "command", "slice", "report" })
        {
            steps._hops.Add(await Hop.OpenAsync(connection, name, cancellationToken));
        }

        return steps;
    }

    /// <summary>Batches one after the other, and as many at once as <see cref="SmallBatches"/> makes.</summary>
    public async Task MeasureAsync(Measured measured, CancellationToken cancellationToken)
    {
        await RunAsync(Batches, atOnce: 1, cancellationToken);
        var (times, _) = await RunAsync(Batches, atOnce: 1, cancellationToken);
        measured.Add("floor.one_job_p50", Latency.Quantile(times, 0.50), "ms");
        measured.Add("floor.one_job_p99", Latency.Quantile(times, 0.99), "ms");
        await RunAsync(Batches, SmallBatches.ClientsAtOnce, cancellationToken);
        var (_, seconds) = await RunAsync(Batches, SmallBatches.ClientsAtOnce, cancellationToken);
        measured.Add("floor.small_batches", Batches * SmallBatches.JobsEach / seconds, "jobs/s");
    }

    private async Task<(IReadOnlyList<double> Times, double Seconds)> RunAsync(int batches, int atOnce, CancellationToken cancellationToken)
    {
        var (times, clock) = (new ConcurrentBag<double>(), Stopwatch.StartNew());
        await Parallel.ForAsync(0, batches, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, async (_, token) =>
        {
            var began = Stopwatch.GetTimestamp();
            await OneAsync(token);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        });
        return ([.. times], clock.Elapsed.TotalSeconds);
    }

    // What PostgreSQL's log shows of a one-job batch (log_min_duration_statement = 0), but for what happens beside its way to the end.
    private async Task OneAsync(CancellationToken cancellationToken)
    {
        await TransactAsync(statements: 2, cancellationToken); // its jobs are staged
        await _hops[0].PassAsync(cancellationToken);
        await TransactAsync(statements: 4, cancellationToken); // it is created and committed
        await ReadAsync(cancellationToken); // what can be cut
        await TransactAsync(statements: 5, cancellationToken); // a slice is cut
        await _hops[1].PassAsync(cancellationToken);
        await _hops[2].PassAsync(cancellationToken);
        await TransactAsync(statements: 3, cancellationToken); // its outcomes are stored
        await TransactAsync(statements: 2, cancellationToken); // it is finished
        await ReadAsync(cancellationToken); // and seen to be
    }

    private async Task TransactAsync(int statements, CancellationToken cancellationToken)
    {
        await using var connection = await _store.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("INSERT INTO steps (body) VALUES ($1)", connection, transaction) { Parameters = { new() { Value = Body } } };
        for (var statement = 0; statement < statements; statement++)
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using var select = _store.CreateCommand("SELECT id, body FROM steps ORDER BY id DESC LIMIT 1");
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
        await _bus.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A quorum queue, whoever publishes to it and whoever consumes from it.</summary>
    private sealed class Hop(IChannel sender, string queue)
    {
        private static readonly BasicProperties Lasting = new() { Persistent = true };
        private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _underWay = [];

        public static async Task<Hop> OpenAsync(IConnection connection, string queue, CancellationToken cancellationToken)
        {
            var sender = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
            var receiver = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await receiver.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
            await receiver.BasicQosAsync(0, prefetchCount: 64, global: false, cancellationToken);
            var hop = new Hop(sender, queue);
            var consumer = new AsyncEventingBasicConsumer(receiver);
            consumer.ReceivedAsync += async (_, message) =>
            {
                await receiver.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
                hop._underWay[new Guid(message.Body.Span[..16])].SetResult();
            };
            await receiver.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
            return hop;
        }

        /// <summary>Until the broker has confirmed the message and its consumer has it.</summary>
        public async Task PassAsync(CancellationToken cancellationToken)
        {
            var (id, body) = (Guid.NewGuid(), new byte[Bytes]);
            id.TryWriteBytes(body);
            var received = _underWay[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await sender.BasicPublishAsync("", queue, mandatory: true, Lasting, body, cancellationToken);
            await received.Task.WaitAsync(cancellationToken);
            _underWay.TryRemove(id, out _);
        }
    }
}
