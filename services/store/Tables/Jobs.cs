namespace BatchPlatform.Store.Tables;

/// <summary>One API call of a batch, as it was added. Written by api only; invisible until the batch's revision reaches <see cref="AddedRev"/>.</summary>
public sealed class Job
{
    public long Batch { get; set; }

    /// <summary>Its place in the batch, from 0.</summary>
    public int Index { get; set; }

    /// <summary>The revision from which it is seen.</summary>
    public int AddedRev { get; set; }

    /// <summary>The revision from which it is no longer seen.</summary>
    public int? RemovedRev { get; set; }

    public string Namespace { get; set; } = "";

    public string Action { get; set; } = "";

    /// <summary>Raw JSON object.</summary>
    public string Params { get; set; } = "";

    public string? CustomId { get; set; }

    /// <summary>Its own deadline, counted as the run's; null when only the run has one.</summary>
    public int? DeadlineSeconds { get; set; }
}

/// <summary>An append being staged: at most one for each batch. Written by api only.</summary>
public sealed class Append
{
    public long Batch { get; set; }

    public Guid Id { get; set; }

    public Guid BatchId { get; set; }

    public int BaseIndex { get; set; }

    public int Revision { get; set; }

    /// <summary>It also marks jobs before <see cref="BaseIndex"/> as removed, or puts others in their place.</summary>
    public bool Edits { get; set; }

    /// <summary>The command that takes it in; whoever finds the append orphaned asks the saga for that command's reply.</summary>
    public Guid CommandId { get; set; }

    /// <summary>Renewed in each chunk's transaction; once it has passed, anybody may take over and remove the staged rows.</summary>
    public DateTime LeaseUntil { get; set; }

    /// <summary>The tenant whose upload it is; null when the jobs do not come with the request.</summary>
    public string? Uploader { get; set; }

    /// <summary>The expansion that it is made for, if any: told in the transaction that ends the append.</summary>
    public Guid? Expansion { get; set; }
}
