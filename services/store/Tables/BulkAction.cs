using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>Where a bulk action is.</summary>
public enum BulkActionState
{
    /// <summary>Somebody works on it, or will.</summary>
    Running,

    /// <summary>Every item was done or refused.</summary>
    Finished,

    /// <summary>Somebody ended it; what was done stays done.</summary>
    Cancelled,
}

/// <summary>One action on all that a filter finds: work that survives whoever does it. Written by api only.</summary>
public sealed class BulkAction
{
    /// <summary>Of the request that asked for it.</summary>
    public Guid Id { get; set; }

    /// <summary>Positive, rising: the order of lists.</summary>
    public long Number { get; set; }

    /// <summary>Whose key asked for it, and who may see it.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>batches or jobs.</summary>
    public string Target { get; set; } = "";

    /// <summary>What is done to each item.</summary>
    public string Action { get; set; } = "";

    /// <summary>Which items, JSON.</summary>
    public string Filter { get; set; } = "";

    /// <summary>Running batches are deleted too.</summary>
    public bool Force { get; set; }

    /// <summary>Items begun in a second, at most.</summary>
    public int MaxPerSecond { get; set; }

    /// <summary>Of jobs: the run that is meant, whatever begins later; 0 for batches.</summary>
    public int Run { get; set; }

    /// <summary>Who asked for it.</summary>
    public Actor? Actor { get; set; }

    public BulkActionState State { get; set; }

    /// <summary>Items when it was asked for.</summary>
    public int Matched { get; set; }

    /// <summary>There were more than <see cref="Matched"/>.</summary>
    public bool MatchedMore { get; set; }

    /// <summary>Items that the action was done to.</summary>
    public int Done { get; set; }

    /// <summary>Items that refused it.</summary>
    public int Refused { get; set; }

    /// <summary>Those by code, a JSON object.</summary>
    public string Refusals { get; set; } = "{}";

    /// <summary>Everything before it was taken in hand; null at the beginning.</summary>
    public string? Cursor { get; set; }

    /// <summary>The items in hand, a JSON array: whoever goes on after a crash begins with them.</summary>
    public string InHand { get; set; } = "[]";

    /// <summary>Who works on it.</summary>
    public Guid Owner { get; set; }

    /// <summary>Renewed by the owner; once it has passed, anybody may go on.</summary>
    public DateTime LeaseUntil { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime? EndedAt { get; set; }
}
