namespace BatchPlatform.Dashboard.Searching;

/// <summary>How a bulk action is begun.</summary>
/// <param name="MaxPerSecond">Items a second, at most; the platform's default when null.</param>
/// <param name="Force">Running batches are deleted, too.</param>
public sealed record BulkStart(int? MaxPerSecond, bool Force);
