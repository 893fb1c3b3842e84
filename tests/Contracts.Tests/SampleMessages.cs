using System.Text.Json;

namespace BatchPlatform.Contracts.Tests;

/// <summary>One of every record of the contracts, with every member set to something else than its default.</summary>
internal static class SampleMessages
{
    private static readonly Guid Batch = Id(1);
    private static readonly Guid Command = Id(2);
    private static readonly DateTime Time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly Actor Actor = new("acme", "0197a2b3c4d5e6f7", "192.0.2.7");
    private static readonly LaneCount Lane = new("event", 7, 3);
    private static readonly StagedAppend Append = new(Id(3), 7, 2, 3, [Lane], 60, [Lane]);
    private static readonly FailureBudget Budget = new(0.25, Minimum: 30, BudgetSpent.Pause);
    private static readonly BatchLimits Limits = new(RequestsPerSecond: 1.5, Concurrency: 4);
    private static readonly BatchSettings Settings = new(StopOnJobError: true, BatchPriority.High, DeadlineSeconds: 60, CanaryJobs: 5, Budget, Limits);
    private static readonly RetryFilter Retry = new("UPSTREAM_STATUS", "event", "invite");
    private static readonly CallbackSecret Secret = new("encrypted", Time);
    private static readonly Callback Callback = new("https://example.org/done", "ndjson", "results", true, [Secret], AllowHttp: true);
    private static readonly Schedule Schedule = new(
        ScheduleKind.Cron, "every_hour", [9], [1], [31], "0 9 * * 1", "Europe/Berlin", Enabled: false, OverlapPolicy.Queue, MissedPolicy.Once, JitterSeconds: 30);
    private static readonly RetryLater Later = new(8, 2, Time);
    private static readonly UpstreamClosing Closing = new(Time);

    private static readonly JsonElement Schema = JsonSerializer.SerializeToElement(new { type = "object" });
    private static readonly UpstreamAuth Auth = new() { Type = "oauth2", Secret = "event-client", TokenUrl = "https://example.org/token", Scope = "write" };

    private static readonly Upstream Definition = new()
    {
        Namespace = "event",
        Version = 4,
        BaseUrl = "https://example.org",
        Headers = new Dictionary<string, string> { ["X-Team"] = "blue" },
        Auth = Auth,
        TimeoutSeconds = 5,
        MaxResponseBytes = 2048,
        Limits = new UpstreamLimits { RequestsPerSecond = 2.5, Burst = 3, Concurrency = 6 },
        Retry = new RetryPolicy { Attempts = 4, BaseSeconds = 0.5, CapSeconds = 8, Statuses = [503] },
        Actions = new Dictionary<string, UpstreamAction>
        {
            ["invite"] = new()
            {
                Method = "PUT",
                Path = "/events/{id}",
                Params = new Dictionary<string, string> { ["id"] = "path" },
                Body = "form",
                Success = new SuccessRule { Statuses = ["200", "404"], Member = "/state", Value = Schema },
                Delivery = "at_most_once",
                Limits = new UpstreamLimits { Concurrency = 1 },
                Retry = new RetryPolicy { Attempts = 1 },
                Schema = Schema,
            },
        },
        Schemas = new Dictionary<string, JsonElement> { ["Event"] = Schema },
        OpenApi = "https://example.org/openapi.json",
    };

    public static IReadOnlyList<object> All { get; } =
    [
        new CreateBatch(Batch, Command, 42, "acme", "Invitations", true, Settings, Callback, "events", "{}", Append, true, Schedule, Actor),
        new AcceptAppend(Batch, Command, Append, Actor),
        new UpdateBatch(Batch, Command, """{"name":"Other"}""", Actor),
        new CommitBatch(Batch, Command, Actor),
        new StartBatch(Batch, Command, Actor, Anew: true),
        new StopBatch(Batch, Command, Actor),
        new RetryFailedJobs(Batch, Command, Actor, Retry),
        Retry,
        new PauseBatch(Batch, Command, "Upstream moves", Actor),
        new ResumeBatch(Batch, Command, Actor),
        new DeleteBatch(Batch, Command, true, Time, Actor),
        new CommandReply(Command, ErrorCodes.BatchRunning, "It runs.", BatchState.Running, 3, 1),
        Actor,
        Settings,
        Budget,
        Limits,
        Callback,
        Secret,
        Schedule,
        new ResendDelivery(Id(7), Time),
        new ResendDeliveries("acme", Time, Time.AddHours(1), Time.AddHours(2)),
        Append,
        Lane,
        new RunStarted(Batch, 1, 2),
        new RunSettled(Batch, 1, 2, 3),
        new RunFailing(Batch, 1, 2),
        new RunHeld(Batch, 1, 2, "approval"),
        new RunQuiesced(Batch, 1, 2),
        new CancelJob(42, 7, Actor, 3),
        new JobReply("JOB_ENDED", "It has ended."),
        new PauseUpstream("event", true, "maintenance", Actor),
        new UpstreamPaused("event", true, "maintenance"),
        new ScheduleFired(Batch, 3, Time),
        new BatchEnded(Batch, 42, "acme", 1, 2, BatchState.Finished, Time),
        new BatchDeleted(Batch, 42, "acme"),
        new RunSlice(Id(5), Batch, 42, 1, 2, "event", 4, 6, 2.5, true, true, Time, Time, [1, 2, 3], 7),
        new ReportOutcomes(Id(5), 42, 1, Id(6), true, [1, 2, 3], [Later], Closing, 0.25, 8),
        Later,
        Closing,
        new LeaveUpstream("event", 2.5),
        new Heartbeat(Id(6), [Id(5)]),
        new HeartbeatAnswer([Id(5)]),
        new WorkerAnnounced(Id(6), 8),
        new AnnounceWorkers(),
        new StopRun(Batch, 1, 2, true),
        new BatchesEnded([Batch]),
        new GetUpstream("event", 4),
        new UpstreamAnswer(Definition),
        Definition,
        Definition.Limits,
        Definition.Auth,
        Definition.Retry,
        Definition.Actions["invite"],
        Definition.Actions["invite"].Success,
    ];

    private static Guid Id(int n) => new($"00000000-0000-0000-0000-{n:D12}");
}
