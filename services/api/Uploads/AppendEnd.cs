namespace BatchPlatform.Api.Uploads;

/// <summary>What became of an append's jobs.</summary>
internal enum AppendEnd
{
    /// <summary>They were refused, or never offered: the staged rows go.</summary>
    NotTaken,

    /// <summary>They are part of the batch.</summary>
    Taken,

    /// <summary>Nobody knows yet: whoever comes next asks.</summary>
    Unknown,
}
