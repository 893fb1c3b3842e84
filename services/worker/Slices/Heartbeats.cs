using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Slices;

/// <summary>Keeps the leases of the slices in hand: one request for all of them in each period.</summary>
internal sealed partial class Heartbeats(
    HeldSlices slices,
    IClientFactory clients,
    WorkerIdentity identity,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<Heartbeats> logger) : BackgroundService
{
    // A slice that ends sooner is never announced: it costs the orchestrator its report and nothing else.
    private static readonly TimeSpan Unannounced = TimeSpan.FromMilliseconds(100);
    private static readonly Uri Orchestrators = new($"exchange:{Queues.Leases}");

    /// <summary>Asks which of these slices the worker holds. Without an answer nothing changes, and the leases run on.</summary>
    public async Task SendAsync(IReadOnlyList<HeldSlice> asked, CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        try
        {
            var client = clients.CreateRequestClient<Heartbeat>(Orchestrators, options.Value.RequestTimeout);
            var ids = asked.Select(slice => slice.Grant.SliceId).ToArray();
            var answering = client.GetResponse<HeartbeatAnswer>(new Heartbeat(identity.Id, ids), cancellationToken);
            await answering.OrTimeoutAsync(time, cancellationToken);
            Apply((await answering).Message, asked, sentAt);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception error)
        {
            // Whatever went wrong on the way, the slices go on until their leases end; what matters is that the next heartbeat is sent.
            Log.Unanswered(logger, asked.Count, error);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Unannounced, time);
        var last = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var all = time.GetElapsedTime(last) >= options.Value.HeartbeatPeriod;
            last = all ? time.GetTimestamp() : last;
            var due = slices.All.Where(slice => !slice.Lost && (slice.Announced ? all : slice.Age >= Unannounced)).ToList();
            if (due.Count > 0)
            {
                await SendAsync(due, stoppingToken);
            }
        }
    }

    private static void Apply(HeartbeatAnswer answer, IReadOnlyList<HeldSlice> asked, long sentAt)
    {
        var held = answer.Held.ToHashSet();
        foreach (var slice in asked)
        {
            if (held.Contains(slice.Grant.SliceId))
            {
                slice.Renew(sentAt);
            }
            else
            {
                slice.Lose();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A heartbeat for {Slices} slices was not answered")]
        public static partial void Unanswered(ILogger logger, int slices, Exception error);
    }
}
