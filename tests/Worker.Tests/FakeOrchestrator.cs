using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using MassTransit;

namespace BatchPlatform.Worker.Tests;

/// <summary>Stands where the orchestrators are: hears all that a worker says, and answers as a test wants.</summary>
internal sealed class FakeOrchestrator
{
    public ConcurrentQueue<ReportOutcomes> Reports { get; } = new();

    public ConcurrentQueue<Heartbeat> Heartbeats { get; } = new();

    public ConcurrentQueue<WorkerAnnounced> Announcements { get; } = new();

    public ConcurrentQueue<GetUpstream> Questions { get; } = new();

    public ConcurrentDictionary<(string Namespace, int Version), Upstream> Upstreams { get; } = new();

    /// <summary>What a heartbeat gets; null for no answer at all. Everything is held unless a test says otherwise.</summary>
    public Func<Heartbeat, Task<HeartbeatAnswer?>> OnHeartbeat { get; set; } = heartbeat => Task.FromResult<HeartbeatAnswer?>(new(heartbeat.Slices));

    /// <summary>Runs before a question about an upstream is answered.</summary>
    public Func<Task> OnQuestion { get; set; } = () => Task.CompletedTask;

    /// <summary>Outcomes of all reports, in the order they came.</summary>
    public IReadOnlyList<PackedOutcome> Outcomes => [.. Reports.SelectMany(report => OutcomeBlock.Unpack(report.Outcomes))];

    public bool GotLast => Reports.Any(report => report.Last);

    public BusPart Bus() => new(
        _ => { },
        (_, queues) =>
        {
            queues.Durable(Queues.Outcomes, 1, endpoint => endpoint.Handler<ReportOutcomes>(context => Keep(Reports, context.Message)));
            queues.Durable(Queues.Leases, 8, endpoint =>
            {
                endpoint.Handler<Heartbeat>(AnswerAsync);
                endpoint.Handler<GetUpstream>(AnswerAsync);
            });
            queues.Broadcast("orchestrator", endpoint => endpoint.Handler<WorkerAnnounced>(context => Keep(Announcements, context.Message)));
        });

    private async Task AnswerAsync(ConsumeContext<Heartbeat> context)
    {
        Heartbeats.Enqueue(context.Message);
        if (await OnHeartbeat(context.Message) is { } answer)
        {
            await context.RespondAsync(answer);
        }
    }

    private async Task AnswerAsync(ConsumeContext<GetUpstream> context)
    {
        Questions.Enqueue(context.Message);
        await OnQuestion();
        await context.RespondAsync(new UpstreamAnswer(Upstreams.GetValueOrDefault((context.Message.Namespace, context.Message.Version))));
    }

    private static Task Keep<T>(ConcurrentQueue<T> queue, T message)
    {
        queue.Enqueue(message);
        return Task.CompletedTask;
    }
}
