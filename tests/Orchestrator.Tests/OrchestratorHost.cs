using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>A real orchestrator on an in-memory bus and a real database; the test plays api and workers.</summary>
internal sealed class OrchestratorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PostgresDatabase? _postgres;
    private readonly string _folder;
    private long _lastNumber;

    private OrchestratorHost(WebApplication app, PostgresDatabase? postgres, string folder)
    {
        _app = app;
        _postgres = postgres;
        _folder = folder;
    }

    public BatchStore Store => _app.Services.GetRequiredService<BatchStore>();

    public IBus Bus => _app.Services.GetRequiredService<IBus>();

    public T Get<T>()
        where T : notnull =>
        _app.Services.GetRequiredService<T>();

    /// <summary>What reached the workers' queue.</summary>
    public Channel<RunSlice> Slices { get; } = Channel.CreateUnbounded<RunSlice>();

    /// <summary>Called with each slice that reaches the workers' queue, before it is in <see cref="Slices"/>; may throw.</summary>
    public Action<RunSlice> OnSlice { get; set; } = _ => { };

    /// <summary>What was told to everybody.</summary>
    public Channel<object> Told { get; } = Channel.CreateUnbounded<object>();

    public static async Task<OrchestratorHost> StartAsync(string provider = "Sqlite", Dictionary<string, string?>? settings = null, TimeProvider? time = null)
    {
        var postgres = provider == "Postgres" ? await PostgresDatabase.CreateAsync() : null;
        var folder = Directory.CreateTempSubdirectory("orchestrator-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Store:Provider"] = provider,
            ["ConnectionStrings:Store"] = postgres?.ConnectionString ?? $"Data Source={folder}/store.db",
            ["Orchestrator:ClockSeconds"] = "0.05",
            ["Orchestrator:ReconcileSeconds"] = "0.2",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.Services.AddStore(builder.Configuration);
        builder.AddOrchestrator();
        OrchestratorHost? host = null;
        builder.Services.AddBus(builder.Configuration, OrchestratorSetup.Bus(builder.Configuration), Ears(() => host!));
        var app = builder.Build();
        host = new OrchestratorHost(app, postgres, folder);
        await StoreMigration.MigrateAsync(host.Store);
        await app.StartAsync();
        return host;
    }

    public Task StopBusAsync() => Get<IBusControl>().StopAsync();

    public Task StartBusAsync() => Get<IBusControl>().StartAsync();

    /// <summary>Sends a command as api does and waits for the answer.</summary>
    public async Task<CommandReply> AskAsync<T>(T command)
        where T : class, IBatchCommand
    {
        var client = Bus.CreateRequestClient<T>(new Uri($"exchange:{Queues.BatchLifecycle}"), TimeSpan.FromSeconds(20));
        return (await client.GetResponse<CommandReply>(command)).Message;
    }

    /// <summary>Cancels a job as api does; the code of the refusal, or null.</summary>
    public async Task<string?> CancelAsync(Guid id, int index)
    {
        var client = Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"), TimeSpan.FromSeconds(20));
        return (await client.GetResponse<JobReply>(new CancelJob((await BatchAsync(id)).Number, index))).Message.Code;
    }

    /// <summary>Creates a batch with staged jobs of namespace "test", as api's one-shot submission does.</summary>
    public async Task<Guid> CreateAsync(int jobs, bool commit = false, BatchSettings? options = null, bool recurring = false, string tenant = "default", int? jobDeadline = null, Schedule? schedule = null, bool callback = true)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var append = jobs == 0 ? null : await StageAsync(number, baseIndex: 0, revision: 1, jobs, jobDeadline);
        var id = Guid.CreateVersion7();
        var reply = await AskAsync(new CreateBatch(
            id, Guid.NewGuid(), number, tenant, "a batch", recurring, options ?? new BatchSettings(), callback ? new Callback("https://client.test/ended") : null, Dialect: null, DialectDocument: null, append, commit, schedule));
        Assert.True(reply.Accepted, reply.Code);
        return id;
    }

    /// <summary>Stages jobs; each but the last has its own deadline when one is given.</summary>
    public async Task<StagedAppend> StageAsync(long number, int baseIndex, int revision, int jobs, int? jobDeadline = null)
    {
        await using var unit = await Store.BeginAsync();
        await Store.Bulk.InsertJobsAsync(unit.Db, number, revision, [.. Enumerable.Range(baseIndex, jobs).Select(index =>
            new StagedJob(index, "test", "call", Encoding.UTF8.GetBytes($$"""{"n":{{index}}}"""), CustomId: null, index < baseIndex + jobs - 1 ? jobDeadline : null))], default);
        await unit.CommitAsync();
        return new StagedAppend(Guid.NewGuid(), baseIndex, revision, jobs, [new LaneCount("test", baseIndex, jobs)], ShortestDeadlineSeconds: jobDeadline ?? 0);
    }

    public async Task<Batch> BatchAsync(Guid id)
    {
        await using var db = Store.Read();
        return await db.Batches.SingleAsync(batch => batch.CorrelationId == id);
    }

    public Task EventuallyInAsync(Guid id, BatchState state) =>
        Eventually.Equal(state.ToString(), async () => (await BatchAsync(id)).CurrentState);

    /// <summary>A worker with so many slots appears.</summary>
    public Task AnnounceAsync(Guid worker, int slots = 4) => Bus.Publish(new WorkerAnnounced(worker, slots));

    /// <summary>The next slice sent.</summary>
    public async Task<RunSlice> SliceAsync() => await Slices.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next announcement of this kind, others dropped.</summary>
    public async Task<T> ToldAsync<T>()
    {
        while (true)
        {
            if (await Told.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)) is T wanted)
            {
                return wanted;
            }
        }
    }

    /// <summary>Reports a slice as a worker does.</summary>
    public async Task ReportAsync(RunSlice slice, Guid worker, Func<int, bool>? completed = null, int? onlyFirst = null, bool last = true, RetryLater[]? retries = null, UpstreamClosing? closing = null, Func<int, string>? errorCode = null)
    {
        var jobs = JobBlock.Unpack(slice.Jobs);
        var outcomes = jobs.Take(onlyFirst ?? jobs.Count).Select(job => Ended(job, completed?.Invoke(job.Index) ?? true, errorCode?.Invoke(job.Index))).ToList();
        await ReportAsync(new ReportOutcomes(
            slice.SliceId, slice.Number, slice.Run, worker, last, OutcomeBlock.Pack(outcomes), retries ?? [], closing, BusySeconds: 0.01));
    }

    /// <summary>Sends a report as it is.</summary>
    public async Task ReportAsync(ReportOutcomes report) =>
        await (await Bus.GetSendEndpoint(new Uri($"exchange:{Queues.Outcomes}"))).Send(report);

    /// <summary>Makes a version of the definition of namespace "test".</summary>
    public async Task DefineAsync(Upstream definition, int version = 1)
    {
        await using var unit = await Store.BeginAsync();
        unit.Db.Upstreams.Add(new UpstreamVersion { Namespace = "test", Version = version, Definition = JsonSerializer.Serialize(definition, UpstreamJson.Options), CreatedAt = unit.Now });
        await unit.CommitAsync();
    }

    public async Task SaveAsync(object row)
    {
        await using var unit = await Store.BeginAsync();
        unit.Db.Add(row);
        await unit.CommitAsync();
    }

    /// <summary>Plays a worker until the batch has finished; the indexes that it ran.</summary>
    public async Task<List<int>> RunToEndAsync(Guid id, Guid worker, Func<int, bool>? completed = null, Func<int, string>? errorCode = null)
    {
        var seen = new List<int>();
        while ((await BatchAsync(id)).CurrentState != nameof(BatchState.Finished))
        {
            await AnnounceAsync(worker);
            if (Slices.Reader.TryRead(out var slice))
            {
                seen.AddRange(JobBlock.Unpack(slice.Jobs).Select(job => job.Index));
                await ReportAsync(slice, worker, completed, errorCode: errorCode);
            }
        }

        return seen;
    }

    /// <summary>Which of the slices the worker holds after a heartbeat.</summary>
    public async Task<IReadOnlyList<Guid>> HeartbeatAsync(Guid worker, params Guid[] slices)
    {
        var client = Bus.CreateRequestClient<Heartbeat>(new Uri($"exchange:{Queues.Leases}"));
        return (await client.GetResponse<HeartbeatAnswer>(new Heartbeat(worker, slices))).Message.Held;
    }

    /// <summary>Completed and failed jobs of the batch's first run.</summary>
    public async Task<(int Completed, int Failed)> CountsAsync(Guid id)
    {
        await using var db = Store.Read();
        var run = await db.Runs.OrderBy(row => row.Number).FirstAsync(row => row.BatchId == id);
        return (run.Completed, run.Failed);
    }

    /// <summary>Slices queued or taken.</summary>
    public async Task<int> LiveAsync()
    {
        await using var db = Store.Read();
        return await db.Slices.CountAsync(slice => slice.State != SliceState.Returned);
    }

    public static PackedOutcome Ended(PackedJob job, bool completed, string? errorCode = null) => new(
        job.Index,
        completed,
        completed ? 200 : 500,
        completed ? null : errorCode ?? ErrorCodes.UpstreamStatus,
        completed ? null : "It failed.",
        job.Attempt,
        5,
        new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        "{}"u8.ToArray());

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static BusPart Ears(Func<OrchestratorHost> host) => new(
        _ => { },
        (_, queues) =>
        {
            queues.Durable(Queues.Slices, 1, queue => queue.Handler<RunSlice>(context =>
            {
                host().OnSlice(context.Message);
                return host().Slices.Writer.WriteAsync(context.Message).AsTask();
            }));
            queues.Broadcast("ears", queue =>
            {
                queue.Handler<BatchEnded>(context => host().Told.Writer.WriteAsync(context.Message).AsTask());
                queue.Handler<BatchesEnded>(context => host().Told.Writer.WriteAsync(context.Message).AsTask());
                queue.Handler<BatchDeleted>(context => host().Told.Writer.WriteAsync(context.Message).AsTask());
                queue.Handler<StopRun>(context => host().Told.Writer.WriteAsync(context.Message).AsTask());
            });
        });
}
