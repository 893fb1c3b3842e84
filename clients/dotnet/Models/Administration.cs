namespace BatchPlatform.Client;

/// <summary>An API key.</summary>
/// <param name="Id">No secret.</param>
/// <param name="Tenant">Its owner.</param>
/// <param name="Scopes">Some of admin, write, read.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From then on it lets nobody in.</param>
/// <param name="RevokedAt">When it was revoked.</param>
/// <param name="LastUsedAt">When it last let somebody in, to about a minute.</param>
/// <param name="Signs">Requests of dialects that sign must be signed with its signing secret.</param>
/// <param name="Key">The key itself; only in the answer that made it.</param>
public sealed record ApiKey(
    string Id,
    string Tenant,
    IReadOnlyList<string> Scopes,
    string Name,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    bool Signs,
    string? Key);

/// <summary>A key to be made.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Scopes">Some of admin, write, read; none includes another.</param>
/// <param name="Name">What people call it.</param>
/// <param name="ExpiresAt">From then on it lets nobody in; null for never.</param>
public sealed record NewApiKey(string Tenant, IReadOnlyList<string> Scopes, string? Name = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A tenant's settings.</summary>
public sealed record Tenant
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share of the workers against other tenants' shares.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>None of its jobs is begun.</summary>
    public bool Paused { get; init; }

    /// <summary>Why.</summary>
    public string? PauseReason { get; init; }

    /// <summary>For batches that name none of their own.</summary>
    public Callback? Callback { get; init; }

    /// <summary>IANA name.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Its own quotas; the deployment's where null.</summary>
    public Quotas? Quotas { get; init; }
}

/// <summary>How much a tenant may have; null for the deployment's.</summary>
/// <param name="Batches">Batches.</param>
/// <param name="JobsPerBatch">Jobs in one batch.</param>
/// <param name="PendingJobs">Jobs without an outcome.</param>
/// <param name="Uploads">Uploads that are going on.</param>
/// <param name="Results">Stored outcomes, and those that pending jobs will have.</param>
/// <param name="Callbacks">Callbacks that wait to be delivered.</param>
public sealed record Quotas(int? Batches, int? JobsPerBatch, long? PendingJobs, int? Uploads, long? Results, int? Callbacks);

/// <summary>What a tenant has, and how much it may have.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Batches">Batches.</param>
/// <param name="JobsPerBatch">Jobs in one batch; used: those of the largest.</param>
/// <param name="PendingJobs">Jobs without an outcome.</param>
/// <param name="Uploads">Uploads that are going on.</param>
/// <param name="Results">Stored outcomes, and those that pending jobs will have.</param>
/// <param name="Callbacks">Callbacks that wait to be delivered.</param>
public sealed record Usage(string Tenant, Quota Batches, Quota JobsPerBatch, Quota PendingJobs, Quota Uploads, Quota Results, Quota Callbacks);

/// <summary>One quota.</summary>
/// <param name="Used">What there is.</param>
/// <param name="Limit">What there may be; null for any number.</param>
public sealed record Quota(long Used, long? Limit);

/// <summary>The messages of one queue that nobody could handle.</summary>
/// <param name="Queue">The queue that they were sent to.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Messages">The first of them.</param>
public sealed record DeadLetters(string Queue, long Count, IReadOnlyList<DeadLetter> Messages);

/// <summary>A message that nobody could handle.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="Type">Its type.</param>
/// <param name="BatchId">The batch that it is about.</param>
/// <param name="Reason">Why it was parked.</param>
/// <param name="ExceptionType">What was thrown; null where nothing was.</param>
/// <param name="ParkedAt">When.</param>
/// <param name="Content">What it says, long texts cut short; null where that was not asked for.</param>
public sealed record DeadLetter(
    Guid? MessageId, string? Type, Guid? BatchId, string Reason, string? ExceptionType, DateTimeOffset? ParkedAt, System.Text.Json.JsonElement? Content);

/// <summary>So many messages were put back.</summary>
/// <param name="Queue">Where to.</param>
/// <param name="Redriven">How many.</param>
public sealed record RedrivenMessages(string Queue, int Redriven);

/// <summary>How much was done in the last minutes, and what waits.</summary>
/// <param name="From">The first point's time.</param>
/// <param name="To">The end of the last point.</param>
/// <param name="StepSeconds">What one point covers.</param>
/// <param name="Points">In order of time, with none left out.</param>
/// <param name="Now">What waits now.</param>
public sealed record Activity(DateTimeOffset From, DateTimeOffset To, int StepSeconds, IReadOnlyList<ActivityPoint> Points, Backlog Now);

/// <summary>What was done within one step.</summary>
/// <param name="At">When the step began.</param>
/// <param name="Completed">Jobs that ended well.</param>
/// <param name="Failed">Jobs that ended with an error.</param>
/// <param name="DurationP50Ms">Half of the calls were faster; null without calls.</param>
/// <param name="DurationP95Ms">Of twenty calls nineteen were faster; null without calls.</param>
/// <param name="Pending">Jobs of batches under way that were not cut yet: the most that was seen.</param>
/// <param name="Queued">Jobs that waited for a worker: the most that was seen.</param>
/// <param name="Processing">Jobs that workers had: the most that was seen.</param>
public sealed record ActivityPoint(
    DateTimeOffset At, long Completed, long Failed, double? DurationP50Ms, double? DurationP95Ms, long Pending, long Queued, long Processing);

/// <summary>What waits.</summary>
/// <param name="RunningBatches">Batches that are Committed or Running.</param>
/// <param name="Pending">Their jobs without an outcome that no worker was sent.</param>
/// <param name="Queued">Jobs sent to the workers.</param>
/// <param name="Processing">Jobs that a worker has.</param>
public sealed record Backlog(int RunningBatches, long Pending, long Queued, long Processing);
