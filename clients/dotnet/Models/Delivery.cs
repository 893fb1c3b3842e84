namespace BatchPlatform.Client;

/// <summary>A callback that a batch's client is or was owed.</summary>
/// <param name="Id">On the wire the <c>webhook-id</c>.</param>
/// <param name="Event">batch.finished, batch.stopped or batch.progress.</param>
/// <param name="Run">The run that it tells of.</param>
/// <param name="Url">Where to.</param>
/// <param name="State">waiting, delivered, failed, held or cancelled.</param>
/// <param name="NextAttemptAt">While waiting: not before this.</param>
/// <param name="CreatedAt">Since when it is owed.</param>
/// <param name="Attempts">In order.</param>
public sealed record Delivery(
    Guid Id, string Event, int Run, string Url, string State, DateTimeOffset? NextAttemptAt, DateTimeOffset CreatedAt, IReadOnlyList<DeliveryAttempt> Attempts);

/// <summary>One attempt at a delivery.</summary>
/// <param name="Number">From 1.</param>
/// <param name="At">When it began.</param>
/// <param name="StatusCode">The receiver's status; null when there was no answer.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Answer">The first 4 KiB of the answer, or what went wrong.</param>
public sealed record DeliveryAttempt(int Number, DateTimeOffset At, int? StatusCode, int DurationMs, string? Answer);
