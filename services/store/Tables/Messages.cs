namespace BatchPlatform.Store.Tables;

/// <summary>A message that was saved together with the change that owes it, and is gone once the broker has confirmed it.</summary>
public sealed class OutboxMessage
{
    /// <summary>A version-7 UUID, also the message's id on the bus.</summary>
    public Guid Id { get; set; }

    /// <summary>The full name of the message's type in the contracts.</summary>
    public string Type { get; set; } = "";

    public string Body { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    /// <summary>The trace that the change belongs to, as W3C <c>traceparent</c>.</summary>
    public string? Trace { get; set; }
}
