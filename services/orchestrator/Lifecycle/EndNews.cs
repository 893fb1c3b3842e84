using System.Threading.Channels;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>Batches that have just ended, and nobody was told yet. What is too much is forgotten: who waits for those looks by itself.</summary>
internal sealed class EndedBatches
{
    private const int Most = 10_000;

    private readonly Channel<Guid> _batches = Channel.CreateBounded<Guid>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(Guid batch) => _batches.Writer.TryWrite(batch);

    /// <summary>Waits for one; gives all that there are.</summary>
    public async Task<IReadOnlyList<Guid>> TakeAsync(CancellationToken cancellationToken)
    {
        var taken = new List<Guid> { await _batches.Reader.ReadAsync(cancellationToken) };
        while (_batches.Reader.TryRead(out var batch))
        {
            taken.Add(batch);
        }

        return taken;
    }
}

/// <summary>Notes batches whose transition to an end, or to nothing, has committed.</summary>
internal sealed class NoteEnds(EndedBatches ended) : IFilter<SagaConsumeContext<Batch>>
{
    public async Task Send(SagaConsumeContext<Batch> context, IPipe<SagaConsumeContext<Batch>> next)
    {
        var before = context.Saga.CurrentState;
        await next.Send(context);
        if (context.Saga.CurrentState is var now && now != before && IsEnd(now))
        {
            var batch = context.Saga.CorrelationId;
            context.GetPayload<WorkUnit>().AfterCommit(() =>
            {
                ended.Add(batch);
                return Task.CompletedTask;
            });
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("noteEnds");

    private static bool IsEnd(string state) => state is nameof(BatchState.Finished) or nameof(BatchState.Stopped) or nameof(BatchLifecycle.Deleted);
}

/// <summary>
/// Tells of batches that have ended: one message at a time, in which all go that ended since the last one left. So a batch that ends alone is told of
/// at once, and a thousand that end together take few messages.
/// </summary>
internal sealed partial class EndNews(EndedBatches ended, IBus bus, TimeProvider time, ILogger<EndNews> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var batches = await ended.TakeAsync(stoppingToken);
            try
            {
                await bus.Publish(new BatchesEnded(batches), context => context.Durable = false, stoppingToken).OrTimeoutAsync(time, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotTold(logger, batches.Count, error);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The broker did not take the news that {Count} batches have ended; who waits for them finds out by itself")]
        public static partial void NotTold(ILogger logger, int count, Exception error);
    }
}
