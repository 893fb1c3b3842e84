using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Deliveries;

/// <summary>A callback that a batch's client is or was owed, with every attempt at it.</summary>
/// <param name="Id">On the wire the <c>webhook-id</c>.</param>
/// <param name="Event">One of <see cref="CallbackEvents"/>.</param>
/// <param name="Run">The run that it tells of.</param>
/// <param name="Url">Where to.</param>
/// <param name="State">One of <see cref="DeliveryStates"/>.</param>
/// <param name="NextAttemptAt">While waiting: not before this.</param>
/// <param name="CreatedAt">Since when it is owed.</param>
/// <param name="Attempts">In order.</param>
public sealed record DeliveryView(
    Guid Id,
    string Event,
    int Run,
    string Url,
    string State,
    DateTime? NextAttemptAt,
    DateTime CreatedAt,
    IReadOnlyList<AttemptView> Attempts);

/// <summary>One attempt.</summary>
/// <param name="Number">From 1.</param>
/// <param name="At">When it began.</param>
/// <param name="StatusCode">The receiver's status; null when there was no answer.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Answer">The first 4 KiB of the answer, or what went wrong.</param>
public sealed record AttemptView(int Number, DateTime At, int? StatusCode, int DurationMs, string? Answer);

/// <summary>How many deliveries a request made due again.</summary>
public sealed record ResendView(int Deliveries);

/// <summary>A time range: what was owed at or after <paramref name="From"/> and before <paramref name="To"/>.</summary>
public sealed record ResendBody(DateTimeOffset? From, DateTimeOffset? To)
{
    public ResendBody()
        : this(null, null)
    {
    }
}
