namespace BatchPlatform.Api.Admission;

/// <summary>Marks a route whose requests last as long as their clients like: uploads, downloads, events. They hold no place among the short ones.</summary>
public sealed class LongRequest
{
    private readonly string? _parameter;

    private LongRequest(string? parameter) => _parameter = parameter;

    /// <summary>Every request of the route.</summary>
    public static LongRequest Mark { get; } = new(parameter: null);

    /// <summary>Those with this query parameter.</summary>
    public static LongRequest WithQuery(string parameter) => new(parameter);

    /// <summary>Whether the request is one of them.</summary>
    public bool Is(HttpRequest request) => _parameter is null || request.Query.ContainsKey(_parameter);
}
