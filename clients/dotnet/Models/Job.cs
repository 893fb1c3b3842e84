using System.Text.Json;

namespace BatchPlatform.Client;

/// <summary>A job to be added: one API call.</summary>
/// <param name="Namespace">The upstream.</param>
/// <param name="Action">The upstream's action.</param>
/// <param name="Params">What to call it with: anything that becomes a JSON object.</param>
/// <param name="CustomId">The client's own name for the job; at most 200 characters.</param>
/// <param name="DeadlineSeconds">Its own deadline; the batch's when null.</param>
public sealed record NewJob(string Namespace, string Action, object Params, string? CustomId = null, int? DeadlineSeconds = null);

/// <summary>A job and what is known of it.</summary>
public sealed record Job
{
    /// <summary>Its place in the batch, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The client's own name for it.</summary>
    public string? CustomId { get; init; }

    /// <summary>The upstream.</summary>
    public required string Namespace { get; init; }

    /// <summary>The upstream's action.</summary>
    public required string Action { get; init; }

    /// <summary>As they were added.</summary>
    public JsonElement Params { get; init; }

    /// <summary>Its own deadline in seconds.</summary>
    public int? DeadlineSeconds { get; init; }

    /// <summary>Where it is.</summary>
    public JobState State { get; init; }

    /// <summary>Attempts that are over.</summary>
    public int Attempts { get; init; }

    /// <summary>The upstream's status; null without an outcome, or when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Why it failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>When its outcome came to be.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
}

/// <summary>Where a job is.</summary>
public enum JobState
{
    /// <summary>Added, handed back, or waiting for a retry.</summary>
    Pending,

    /// <summary>Sent to the workers.</summary>
    Queued,

    /// <summary>A worker has it.</summary>
    Processing,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,
}

/// <summary>Why a job failed.</summary>
/// <param name="Code">A stable error code.</param>
/// <param name="Message">What a person should know.</param>
public sealed record JobError(string Code, string? Message);

/// <summary>How one job ended.</summary>
public sealed record JobResult
{
    /// <summary>The job's place in the batch, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The client's own name for the job.</summary>
    public string? CustomId { get; init; }

    /// <summary>The upstream.</summary>
    public required string Namespace { get; init; }

    /// <summary>The upstream's action.</summary>
    public required string Action { get; init; }

    /// <summary>As they were added.</summary>
    public JsonElement Params { get; init; }

    /// <summary>Completed or Failed.</summary>
    public required JobState State { get; init; }

    /// <summary>The upstream's status; null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The upstream's answer; null when there was none.</summary>
    public JsonElement? Response { get; init; }

    /// <summary>Why it failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>Calls made, the last included.</summary>
    public int Attempts { get; init; }

    /// <summary>How long the last call took.</summary>
    public int DurationMs { get; init; }

    /// <summary>When the outcome came to be.</summary>
    public DateTimeOffset CompletedAt { get; init; }

    /// <summary>In order of arrival only: where to resume.</summary>
    public string? Position { get; init; }
}
