namespace BatchPlatform.Testing.Ledger;

/// <summary>A batch that the platform has accepted, as its client knows it once every request about it was answered.</summary>
/// <param name="Id">As the platform gave it.</param>
/// <param name="Jobs">Jobs accepted, in all requests together.</param>
public sealed record AcceptedBatch(Guid Id, int Jobs)
{
    /// <summary>What kind of batch it is, for the report.</summary>
    public string Kind { get; init; } = "batch";

    /// <summary>A commit was accepted, so that it must end; otherwise nothing of it may run.</summary>
    public bool Committed { get; init; } = true;

    /// <summary>It may end Stopped, and not only Finished: by a failed job, a spent budget, or a client.</summary>
    public bool MayStop { get; init; }

    /// <summary>How often it can have been stopped in one run: each accepted stop is announced by an event of its own.</summary>
    public int MostStops { get; init; } = 1;

    /// <summary>It has a callback, which goes to the ledger's receiver.</summary>
    public bool HasCallback { get; init; }

    /// <summary>A delete was accepted: it must be gone.</summary>
    public bool Deleted { get; init; }

    /// <summary>Its number; needed of a batch that was deleted, since it cannot be read any more.</summary>
    public long? Number { get; init; }
}

/// <summary>A request to make a batch that the platform has refused, for good: it must have left nothing.</summary>
/// <param name="Name">The name that the batch would have; no accepted batch has the same.</param>
/// <param name="Why">The code of the refusal.</param>
public sealed record RefusedBatch(string Name, string Why);

/// <summary>A request to make a batch that got no answer, or that the outcome is unknown, and was not repeated: either the batch is there, whole, or nothing is.</summary>
/// <param name="Name">The name that the batch would have; no other has the same.</param>
/// <param name="Jobs">Its jobs; it was to be committed.</param>
public sealed record GivenUpBatch(string Name, int Jobs);
