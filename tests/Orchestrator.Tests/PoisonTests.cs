using BatchPlatform.Contracts;
using BatchPlatform.Defaults.DeadLetters;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Messages that cannot be handled, on the real broker and database: parked after a bounded number of tries, in nobody's way, and put back by one command.</summary>
public sealed class PoisonTests : IAsyncLifetime
{
    private readonly Guid _worker = Guid.NewGuid();
    private RabbitVirtualHost _rabbit = null!;
    private OrchestratorHost? _host;

    private OrchestratorHost Host => _host!;

    public async Task InitializeAsync()
    {
        _rabbit = await RabbitVirtualHost.CreateAsync();
        _host = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _rabbit.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_no_worker_can_handle_fails_and_its_neighbours_complete()
    {
        Host.OnSlice = slice => Assert.DoesNotContain(JobBlock.Unpack(slice.Jobs), job => job.Index == 5);
        var id = await Host.CreateAsync(jobs: 8, commit: true);

        await Host.RunToEndAsync(id, _worker);

        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal([(5, ErrorCodes.WorkerLost)], await FailuresAsync(id));
        Assert.Equal((7, 1), await Host.CountsAsync(id));
        var parked = await ParkedAsync(Queues.Slices);
        Assert.InRange(parked.Count, 3, 6);
        Assert.All(parked.Messages, letter => Assert.Equal(
            (nameof(RunSlice), id, DeadLetterReasons.Exception), (letter.Type, letter.BatchId, letter.Reason)));
        await StoreInvariants.CheckAsync(Host.Store);
    }

    [Fact]
    public async Task A_slice_whose_message_cannot_be_read_counts_as_lost_at_once()
    {
        var id = await Host.CreateAsync(jobs: 1, commit: true);
        await Host.AnnounceAsync(_worker);
        for (var lost = 0; lost < 3; lost++)
        {
            await PublishAsync(Queues.Slices, (await Host.SliceAsync()).SliceId, "{\"messageType\":"u8.ToArray());
        }

        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal([(0, ErrorCodes.WorkerLost)], await FailuresAsync(id));
        var parked = await ParkedAsync(Queues.Slices);
        Assert.Equal(3, parked.Count);
        Assert.All(parked.Messages, letter => Assert.Equal((null, null, DeadLetterReasons.Exception), (letter.Type, letter.BatchId, letter.Reason)));
    }

    [Fact]
    public async Task A_slice_whose_reports_cannot_be_handled_is_run_again_only_so_often()
    {
        var id = await Host.CreateAsync(jobs: 1, commit: true);
        await Host.AnnounceAsync(_worker);
        for (var lost = 0; lost < 3; lost++)
        {
            var slice = await Host.SliceAsync();
            await Host.HeartbeatAsync(_worker, slice.SliceId);
            await Host.ReportAsync(new ReportOutcomes(slice.SliceId, slice.Number, slice.Run, _worker, Last: true, Outcomes: [1], [], Closing: null, BusySeconds: 0));
        }

        await Host.EventuallyInAsync(id, BatchState.Finished);
        Assert.Equal([(0, ErrorCodes.WorkerLost)], await FailuresAsync(id));
        Assert.Equal(3, (await ParkedAsync(Queues.Outcomes)).Count);
    }

    [Fact]
    public async Task Commands_and_reports_that_were_parked_are_handled_once_the_cause_is_mended_and_they_are_put_back()
    {
        var (stopped, reported) = (await Host.CreateAsync(jobs: 1), await Host.CreateAsync(jobs: 1, commit: true));
        await Host.AnnounceAsync(_worker);
        var slice = await Host.SliceAsync();
        await ExecuteAsync("ALTER TABLE slices RENAME TO slices_away; ALTER TABLE batches RENAME TO batches_away");
        await Host.ReportAsync(slice, _worker);
        await Assert.ThrowsAsync<RequestFaultException>(() => Host.AskAsync(new CommitBatch(stopped, Guid.NewGuid())));
        await Eventually.Equal(1, async () => (await ParkedAsync(Queues.Outcomes)).Count);
        await Eventually.Equal(1, async () => (await ParkedAsync(Queues.BatchLifecycle)).Count);
        await ExecuteAsync("ALTER TABLE slices_away RENAME TO slices; ALTER TABLE batches_away RENAME TO batches");

        Assert.Equal((0, "outcomes: 1 messages re-driven"), await RedriveAsync(Queues.Outcomes));
        await Host.EventuallyInAsync(reported, BatchState.Finished);
        Assert.Equal(nameof(BatchState.Created), (await Host.BatchAsync(stopped)).CurrentState);
        Assert.Equal((0, "batch-lifecycle: 1 messages re-driven"), await RedriveAsync(queue: null));

        await Host.EventuallyInAsync(stopped, BatchState.Committed);
        Assert.Equal((0, "Nothing was parked."), await RedriveAsync(queue: null));
        Assert.Empty(await new DeadLetterQueues(Configuration()).LookAsync(withContent: false, default));
    }

    [Fact]
    public async Task A_message_that_its_consumers_die_of_is_parked_by_the_broker_and_looking_at_it_does_not_end_it()
    {
        var id = await Host.CreateAsync(jobs: 1);
        await Host.StopBusAsync();
        await SendRawAsync(Queues.BatchLifecycle, new CommitBatch(id, Guid.NewGuid()));
        await Eventually.Equal(1, async () =>
        {
            await DieOfAsync(Queues.BatchLifecycle);
            return (await ParkedAsync(Queues.BatchLifecycle)).Count;
        });

        for (var looks = 0; looks < 30; looks++)
        {
            var letter = Assert.Single((await ParkedAsync(Queues.BatchLifecycle)).Messages);
            Assert.Equal((nameof(CommitBatch), DeadLetterReasons.DeliveryLimit), (letter.Type, letter.Reason));
        }

        await Host.StartBusAsync();
        Assert.Equal((0, "batch-lifecycle: 1 messages re-driven"), await RedriveAsync(queue: null));
        await Host.EventuallyInAsync(id, BatchState.Committed);
    }

    [Fact]
    public async Task A_command_whose_time_is_over_never_takes_effect_and_a_question_is_not_even_kept()
    {
        var id = await Host.CreateAsync(jobs: 1);
        await Host.StopBusAsync();
        await SendRawAsync(Queues.Operations, new PauseUpstream("test", Paused: true, "because"), expiration: "1");
        await SendRawAsync(Queues.BatchLifecycle, new CommitBatch(id, Guid.NewGuid()), expiration: "1");
        await Eventually.Equal(1, async () => (await ParkedAsync(Queues.BatchLifecycle)).Count);
        Assert.Equal(DeadLetterReasons.Expired, Assert.Single((await ParkedAsync(Queues.BatchLifecycle)).Messages).Reason);
        await Host.StartBusAsync();

        Assert.Equal((0, "Nothing was parked."), await RedriveAsync(queue: null));

        Assert.Empty(await new DeadLetterQueues(Configuration()).LookAsync(withContent: false, default));
        await Host.AskAsync(new PauseBatch(id, Guid.NewGuid(), Reason: null));
        Assert.Equal(nameof(BatchState.Created), (await Host.BatchAsync(id)).CurrentState);
    }

    [Fact]
    public async Task What_is_put_back_and_still_cannot_be_handled_is_parked_again_and_nothing_is_moved_without_end()
    {
        for (var message = 0; message < 20; message++)
        {
            await PublishAsync(Queues.Outcomes, Guid.NewGuid(), [.. "nothing"u8]);
        }

        await Eventually.Equal(20, async () => (await ParkedAsync(Queues.Outcomes)).Count);

        Assert.Equal((0, "outcomes: 20 messages re-driven"), await RedriveAsync(queue: null));

        await Eventually.Equal(20, async () => (await ParkedAsync(Queues.Outcomes)).Count);
        Assert.Equal(DeadLetterQueues.Shown, (await ParkedAsync(Queues.Outcomes)).Messages.Count);
    }

    [Fact]
    public async Task A_queue_that_there_is_not_a_broker_that_is_away_and_a_bus_without_one_are_told()
    {
        Assert.Equal(2, (await RedriveAsync("nothing")).Code);
        Assert.Equal(1, (await RedriveAsync(null, Configuration("amqp://guest:guest@127.0.0.1:1/"))).Code);
        Assert.Equal(1, (await RedriveAsync(null, new ConfigurationBuilder().Build())).Code);
    }

    private Task<OrchestratorHost> StartAsync() => OrchestratorHost.StartAsync("Postgres", new Dictionary<string, string?>
    {
        ["Bus:Transport"] = "RabbitMq",
        ["ConnectionStrings:Bus"] = _rabbit.ConnectionString,
        ["Orchestrator:MaxLost"] = "3",
        ["Orchestrator:LeaseSeconds"] = "0.5",
        ["Orchestrator:ResendSeconds"] = "600",
    });

    private IConfiguration Configuration(string? broker = null) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:Transport"] = "RabbitMq", ["ConnectionStrings:Bus"] = broker ?? _rabbit.ConnectionString })
        .Build();

    private async Task<(int Code, string Said)> RedriveAsync(string? queue, IConfiguration? configuration = null)
    {
        await using var said = new StringWriter();
        var code = await Redrive.RunAsync(configuration ?? Configuration(), queue, said);
        return (code, said.ToString().Trim());
    }

    private async Task<ParkedMessages> ParkedAsync(string queue) =>
        (await new DeadLetterQueues(Configuration()).LookAsync(withContent: false, default)).SingleOrDefault(parked => parked.Queue == queue) ?? new ParkedMessages(queue, 0, []);

    private async Task<List<(int Index, string? Code)>> FailuresAsync(Guid id)
    {
        var number = (await Host.BatchAsync(id)).Number;
        await using var db = Host.Store.Read();
        var failed = await db.Outcomes.Where(outcome => outcome.Batch == number && outcome.State == JobState.Failed).ToListAsync();
        return failed.ConvertAll(outcome => (outcome.Index, outcome.ErrorCode));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var unit = await Host.Store.BeginAsync();
        await unit.Db.Database.ExecuteSqlRawAsync(sql);
        await unit.CommitAsync();
    }

    private async Task<IConnection> ConnectAsync() => await new ConnectionFactory { Uri = new Uri(_rabbit.ConnectionString) }.CreateConnectionAsync();

    private async Task PublishAsync(string queue, Guid id, byte[] body, string? expiration = null)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new BasicProperties { MessageId = id.ToString("D"), ContentType = "application/vnd.masstransit+json", Persistent = true, Expiration = expiration };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    // As MassTransit packs it, but while no bus runs.
    private Task SendRawAsync<T>(string queue, T message, string? expiration = null) => PublishAsync(queue, Guid.NewGuid(), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        new { messageType = new[] { $"urn:message:{typeof(T).Namespace}:{typeof(T).Name}" }, message }, System.Text.Json.JsonSerializerOptions.Web), expiration);

    // A connection that ends with an unacknowledged message is what the broker sees of a process that dies.
    private async Task DieOfAsync(string queue)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicGetAsync(queue, autoAck: false);
    }
}
