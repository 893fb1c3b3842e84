namespace BatchPlatform.Dashboard;

/// <summary>The addresses of the pages.</summary>
internal static class Links
{
    private const string Root = DashboardSetup.Root;

    public const string Overview = Root + "/";
    public const string Batches = Root + "/batches";
    public const string ActOnBatches = Root + "/batches/act";
    public const string Upstreams = Root + "/upstreams";
    public const string Schedules = Root + "/schedules";
    public const string Actions = Root + "/actions";
    public const string DeadLetters = Root + "/dead-letters";
    public const string Keys = Root + "/keys";
    public const string Tenants = Root + "/tenants";
    public const string SignOut = Root + "/sign-out";

    public static string Asset(string name) => $"{Root}/{Assets.Address(name)}";

    public static string Batch(Guid id) => $"{Batches}/{id:D}";

    public static string Jobs(Guid batch, JobState? state = null, string? errorCode = null) =>
        $"{Batch(batch)}/jobs" + QueryString.Create(Given(("state", state?.ToString()), ("error_code", errorCode)));

    public static string ActOnJobs(Guid batch) => $"{Batch(batch)}/jobs/act";

    public static string Job(Guid batch, int index) => $"{Batch(batch)}/jobs/{index}";

    public static string Results(Guid batch, string format, JobState? state = null) =>
        $"{Batch(batch)}/results" + QueryString.Create(Given(("format", format), ("state", state?.ToString())));

    public static string Action(Guid id) => $"{Actions}/{id:D}";

    public static string Tenant(string name) => $"{Tenants}/{Uri.EscapeDataString(name)}";

    /// <summary>The parameters that have a value.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Given(params (string Name, string? Value)[] parameters) =>
        parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value)).Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value));
}
