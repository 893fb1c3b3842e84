using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>A callback owed. Written by the notifier only.</summary>
public sealed class Delivery
{
    /// <summary>The end of a start comes after all of its progress.</summary>
    public const int EndSeq = int.MaxValue;

    /// <summary>A version-7 UUID; on the wire the <c>webhook-id</c> of every attempt.</summary>
    public Guid Id { get; set; }

    public long Batch { get; set; }

    public Guid BatchId { get; set; }

    public string Tenant { get; set; } = "";

    public int Run { get; set; }

    public int Epoch { get; set; }

    /// <summary>Which progress report of this start it is, from 1; <see cref="EndSeq"/> for its end.</summary>
    public int Seq { get; set; }

    /// <summary>One of <see cref="CallbackEvents"/>.</summary>
    public string Event { get; set; } = "";

    public string Url { get; set; } = "";

    /// <summary>The url's scheme, host and port with a slash: deliveries to one host take turns.</summary>
    public string Host { get; set; } = "";

    /// <summary>The body's media type; null when the body is empty.</summary>
    public string? ContentType { get; set; }

    /// <summary>The body to send, made once so that every attempt sends the same.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>One of <see cref="DeliveryStates"/>.</summary>
    public string State { get; set; } = DeliveryStates.Waiting;

    /// <summary>Attempts in all.</summary>
    public int Attempts { get; set; }

    /// <summary>Failed attempts since it was owed or last asked for again: its place in the schedule.</summary>
    public int Failures { get; set; }

    /// <summary>A client asked for it again: it is sent even though its receiver is disabled.</summary>
    public bool Resent { get; set; }

    public DateTime DueAt { get; set; }

    /// <summary>While it lasts, a notifier is sending it.</summary>
    public DateTime? ClaimedUntil { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>The trace of what is told, as W3C <c>traceparent</c>; attempts go on with it.</summary>
    public string? Trace { get; set; }
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

/// <summary>A callback address that fails; one that works has no row. Written by the notifier only.</summary>
public sealed class FailingReceiver
{
    /// <summary>A hash of tenant and url.</summary>
    public Guid Id { get; set; }

    public string Tenant { get; set; } = "";

    public string Url { get; set; } = "";

    /// <summary>The first failure since anything was delivered.</summary>
    public DateTime Since { get; set; }

    /// <summary>Nothing is sent to it any more, until a client asks for a delivery again and that succeeds.</summary>
    public DateTime? DisabledAt { get; set; }
}
