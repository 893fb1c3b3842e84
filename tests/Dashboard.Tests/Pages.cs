namespace BatchPlatform.Dashboard.Tests;

/// <summary>All pages, with something on each.</summary>
internal static class Pages
{
    /// <summary>Their names, which are those of their pictures, and their addresses below the dashboard.</summary>
    public static IReadOnlyList<(string Name, string Path)> Of(RunningPlatform platform) =>
    [
        ("overview", "/?minutes=15"),
        ("batches", "/batches"),
        ("batch", $"/batches/{platform.Failed}"),
        ("running", $"/batches/{platform.Running}"),
        ("jobs", $"/batches/{platform.Failed}/jobs?state=Failed&error_code=UPSTREAM_STATUS"),
        ("job", $"/batches/{platform.Failed}/jobs/2"),
        ("act", "/batches/act?state=Finished&action=Delete"),
        ("actions", "/actions"),
        ("upstreams", "/upstreams"),
        ("schedules", "/schedules"),
        ("dead-letters", "/dead-letters"),
        ("keys", "/keys"),
        ("tenants", "/tenants"),
        ("tenant", "/tenants/reports"),
    ];
}
