using BatchPlatform.Client;

namespace BatchPlatform.Dashboard.Searching;

/// <summary>Which batches somebody looks for, as it stands in a page's address.</summary>
/// <param name="Name">A part of the name.</param>
/// <param name="State">In this state.</param>
/// <param name="Tenant">Of this tenant; for admins.</param>
/// <param name="Age">One of <see cref="Ages"/>.</param>
/// <param name="ErrorCode">With a job that failed with this code.</param>
/// <param name="Sort">One of <see cref="Sorts"/>.</param>
public sealed record BatchSearch(string? Name, BatchState? State, string? Tenant, string? Age, string? ErrorCode, string? Sort)
{
    private static readonly Dictionary<string, (string Words, TimeSpan Age, bool Younger)> KnownAges = new(StringComparer.Ordinal)
    {
        ["1h"] = ("in the last hour", TimeSpan.FromHours(1), true),
        ["1d"] = ("in the last day", TimeSpan.FromDays(1), true),
        ["7d"] = ("in the last 7 days", TimeSpan.FromDays(7), true),
        ["30d"] = ("in the last 30 days", TimeSpan.FromDays(30), true),
        ["over-1d"] = ("more than a day ago", TimeSpan.FromDays(1), false),
        ["over-7d"] = ("more than 7 days ago", TimeSpan.FromDays(7), false),
        ["over-30d"] = ("more than 30 days ago", TimeSpan.FromDays(30), false),
    };

    /// <summary>The ages that can be asked for, and how they read.</summary>
    public static IEnumerable<(string Value, string Words)> Ages => KnownAges.Select(age => (age.Key, age.Value.Words));

    /// <summary>The orders that can be asked for, and how they read; the first is the API's own.</summary>
    public static IReadOnlyList<(string Value, string Words)> Sorts { get; } =
        [("", "newest first"), ("created", "oldest first"), ("-ended", "last ended first"), ("name", "name")];

    /// <summary>Something is asked for.</summary>
    public bool IsNarrow => Filter(DateTimeOffset.UnixEpoch) != new BatchFilter();

    /// <summary>Reads it; what makes no sense is left out.</summary>
    public static BatchSearch Of(IQueryCollection query) => new(
        TextOf(query, "name"),
        Enum.TryParse<BatchState>(query["state"], out var state) && Enum.IsDefined(state) ? state : null,
        TextOf(query, "tenant"),
        TextOf(query, "age") is { } age && KnownAges.ContainsKey(age) ? age : null,
        TextOf(query, "error_code"),
        TextOf(query, "sort") is { } sort && Sorts.Any(known => known.Value == sort) ? sort : null);

    /// <summary>As the API takes it.</summary>
    public BatchFilter Filter(DateTimeOffset now)
    {
        var (_, age, younger) = Age is null ? default : KnownAges[Age];
        return new BatchFilter
        {
            State = State,
            Name = Name,
            Tenant = Tenant,
            ErrorCode = ErrorCode,
            CreatedAfter = Age is not null && younger ? now - age : null,
            CreatedBefore = Age is not null && !younger ? now - age : null,
        };
    }

    /// <summary>As it stands in an address.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Parameters => Links.Given(
        ("name", Name), ("state", State?.ToString()), ("tenant", Tenant), ("age", Age), ("error_code", ErrorCode), ("sort", Sort));

    /// <summary>In words: "Finished, created in the last day".</summary>
    public string InWords()
    {
        string?[] parts =
        [
            State?.ToString(),
            Name is null ? null : $"with “{Name}” in the name",
            Tenant is null ? null : $"of the tenant {Tenant}",
            Age is null ? null : $"created {KnownAges[Age].Words}",
            ErrorCode is null ? null : $"with a job that failed with {ErrorCode}",
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    private static string? TextOf(IQueryCollection query, string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
}
