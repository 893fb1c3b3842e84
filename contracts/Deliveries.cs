namespace BatchPlatform.Contracts;

/// <summary>Where a delivery is, as the store keeps it and clients see it.</summary>
public static class DeliveryStates
{
    /// <summary>Owed: sent when due.</summary>
    public const string Waiting = "waiting";

    /// <summary>The receiver took it.</summary>
    public const string Delivered = "delivered";

    /// <summary>Given up: no attempt is left, or the receiver is gone for good. Can be sent again on request.</summary>
    public const string Failed = "failed";

    /// <summary>Not sent, because its receiver is disabled. Can be sent again on request.</summary>
    public const string Held = "held";

    /// <summary>Not sent, because its batch wants no callback any more.</summary>
    public const string Cancelled = "cancelled";
}

/// <summary>The event types of callbacks.</summary>
public static class CallbackEvents
{
    /// <summary>Every job of the run has an outcome.</summary>
    public const string Finished = "batch.finished";

    /// <summary>The batch was stopped, by a client or by a failed job.</summary>
    public const string Stopped = "batch.stopped";

    /// <summary>How far a running batch is.</summary>
    public const string Progress = "batch.progress";
}

/// <summary>Asks the notifier to send one delivery again, whatever became of it.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="AskedAt">When it was asked for, UTC: once there was an attempt after it, the message is an old one.</param>
public sealed record ResendDelivery(Guid DeliveryId, DateTime AskedAt);

/// <summary>Asks the notifier to send again what was not delivered: a tenant's failed and held deliveries of a time range.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="From">Owed at or after this, UTC.</param>
/// <param name="To">Owed before this, UTC.</param>
/// <param name="AskedAt">When they were asked for, UTC: those with an attempt after it are left alone.</param>
public sealed record ResendDeliveries(string Tenant, DateTime From, DateTime To, DateTime AskedAt);
