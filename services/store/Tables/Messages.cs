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
}

/// <summary>A callback owed. Written by the notifier only.</summary>
public sealed class Delivery
{
    public Guid Id { get; set; }

    public long Batch { get; set; }

    public Guid BatchId { get; set; }

    public int Run { get; set; }

    public int Epoch { get; set; }

    /// <summary>batch.finished or batch.stopped.</summary>
    public string Event { get; set; } = "";

    public string Url { get; set; } = "";

    /// <summary>The body to send, made once so that every attempt sends the same.</summary>
    public string Body { get; set; } = "";

    /// <summary>waiting, delivered, failed or cancelled.</summary>
    public string State { get; set; } = "waiting";

    public int Attempts { get; set; }

    public DateTime DueAt { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>One attempt at a delivery. Written by the notifier only.</summary>
public sealed class DeliveryAttempt
{
    public Guid Delivery { get; set; }

    /// <summary>From 1.</summary>
    public int Number { get; set; }

    public DateTime At { get; set; }

    /// <summary>The receiver's status; 0 when there was no answer.</summary>
    public int StatusCode { get; set; }

    public int DurationMs { get; set; }

    /// <summary>The first 4 KiB of the answer, or what went wrong.</summary>
    public string? Answer { get; set; }
}
