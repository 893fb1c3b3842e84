using BatchPlatform.Client;

namespace BatchPlatform.Dashboard.Searching;

/// <summary>Which jobs of a batch somebody looks for, as it stands in a page's address.</summary>
/// <param name="State">In this state.</param>
/// <param name="ErrorCode">That failed with this code.</param>
public sealed record JobSearch(JobState? State, string? ErrorCode)
{
    /// <summary>As the API takes it.</summary>
    public JobFilter Filter => new() { State = State, ErrorCode = ErrorCode };

    /// <summary>As it stands in an address.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Parameters => Links.Given(("state", State?.ToString()), ("error_code", ErrorCode));

    /// <summary>Reads it; what makes no sense is left out.</summary>
    public static JobSearch Of(IQueryCollection query) => new(
        Enum.TryParse<JobState>(query["state"], out var state) && Enum.IsDefined(state) ? state : null,
        query["error_code"].ToString().Trim() is { Length: > 0 } code ? code : null);

    /// <summary>In words: "Failed, with UPSTREAM_STATUS".</summary>
    public string InWords() => string.Join(", ", new[] { State?.ToString(), ErrorCode is null ? null : $"with {ErrorCode}" }.OfType<string>());
}
