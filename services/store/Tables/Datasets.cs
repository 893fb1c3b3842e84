using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>Rows that batches can be filled from. Written by api only.</summary>
public sealed class Dataset
{
    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; set; }

    /// <summary>Positive, rising: the order of lists.</summary>
    public long Number { get; set; }

    public string Tenant { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>The content that is seen; null until an upload succeeded.</summary>
    public long? Content { get; set; }

    /// <summary>Rows of <see cref="Content"/>.</summary>
    public int Rows { get; set; }

    /// <summary>The content that is being uploaded; null while none is.</summary>
    public long? Upload { get; set; }

    /// <summary>Bad rows of the last upload; above 0 it was refused.</summary>
    public int BadRows { get; set; }

    /// <summary>The first of the bad rows, a JSON array; null when there are none.</summary>
    public string? Errors { get; set; }

    /// <summary>The dialect that it was made in, if any.</summary>
    public string? Dialect { get; set; }

    /// <summary>What the dialect keeps with it, JSON.</summary>
    public string? DialectDocument { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime UpdatedAt { get; set; }

    /// <summary>When the content that is seen was complete.</summary>
    public DateTime? UploadedAt { get; set; }
}

/// <summary>
/// One upload to a dataset. Its rows are seen by nobody until the dataset names it; what is replaced, or lost its owner, is
/// discarded and goes once no expansion reads it. Written by api only.
/// </summary>
public sealed class DatasetContent
{
    /// <summary>The key of its rows.</summary>
    public long Number { get; set; }

    public Guid Dataset { get; set; }

    /// <summary>The tenant whose upload it is.</summary>
    public string Uploader { get; set; } = "";

    /// <summary>Renewed in each chunk's transaction; once it has passed, anybody may discard the content. Null when it is complete.</summary>
    public DateTime? LeaseUntil { get; set; }

    /// <summary>Its rows are to be removed.</summary>
    public bool Discarded { get; set; }
}

/// <summary>One row of a dataset. Written by api only.</summary>
public sealed class DatasetRow
{
    public long Content { get; set; }

    /// <summary>Its place, from 0.</summary>
    public int Index { get; set; }

    /// <summary>Raw JSON object.</summary>
    public string Json { get; set; } = "";
}

/// <summary>How far an expansion is.</summary>
public enum ExpansionState
{
    /// <summary>Nobody has begun.</summary>
    Waiting,

    /// <summary>Jobs are being staged, or were, and the batch is about to take them in or to be committed.</summary>
    Expanding,

    /// <summary>The jobs are in the batch, and it is committed if that was asked for.</summary>
    Completed,

    /// <summary>See its code. Nothing was added, unless it says otherwise.</summary>
    Failed,
}

/// <summary>The making of one job from each row of a dataset: work that survives whoever does it. Written by api only.</summary>
public sealed class Expansion
{
    /// <summary>Of the request that asked for it.</summary>
    public Guid Id { get; set; }

    public Guid BatchId { get; set; }

    /// <summary>The batch's number.</summary>
    public long Batch { get; set; }

    public Guid Dataset { get; set; }

    /// <summary>The content that is read, whatever becomes of the dataset meanwhile.</summary>
    public long Content { get; set; }

    /// <summary>Rows of the content.</summary>
    public int Rows { get; set; }

    /// <summary>What a row is made into, JSON.</summary>
    public string Template { get; set; } = "";

    /// <summary>The batch is committed once it has the jobs.</summary>
    public bool Commit { get; set; }

    /// <summary>Who asked for it.</summary>
    public Actor? Actor { get; set; }

    public ExpansionState State { get; set; }

    /// <summary>Rows made into staged jobs so far.</summary>
    public int Staged { get; set; }

    /// <summary>The jobs are part of the batch: set in the transaction that ends their append, so that it is known whatever dies.</summary>
    public bool Taken { get; set; }

    /// <summary>Who works on it.</summary>
    public Guid Owner { get; set; }

    /// <summary>Renewed by the owner; once it has passed, anybody may go on.</summary>
    public DateTime LeaseUntil { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Code { get; set; }

    public string? Detail { get; set; }

    /// <summary>The first of the rows that make no job, a JSON array; null when there are none.</summary>
    public string? Errors { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime? EndedAt { get; set; }
}
