namespace BatchPlatform.Notifier;

/// <summary>Where a delivery is.</summary>
public static class DeliveryStates
{
    /// <summary>Owed: sent when due.</summary>
    public const string Waiting = "waiting";

    /// <summary>The receiver took it.</summary>
    public const string Delivered = "delivered";

    /// <summary>Given up: no attempt is left, or the receiver is gone for good.</summary>
    public const string Failed = "failed";
}
