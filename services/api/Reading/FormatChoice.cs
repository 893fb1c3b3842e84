namespace BatchPlatform.Api.Reading;

/// <summary>Which format a request asks for.</summary>
internal static class FormatChoice
{
    /// <summary>The one of <c>?format=</c>, else of the Accept header, else JSON.</summary>
    public static ResultFormat Of(string? parameter, HttpRequest request) =>
        Parameter.Choice<ResultFormat>("format", parameter)
        ?? request.GetTypedHeaders().Accept
            .OrderByDescending(accepted => accepted.Quality ?? 1)
            .Select(accepted => ByMediaType(accepted.MediaType.Value))
            .FirstOrDefault(format => format is not null)
        ?? ResultFormat.Json;

    private static ResultFormat? ByMediaType(string? mediaType) => ResultFormats.MediaTypes
        .Where(each => each.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        .Select(each => (ResultFormat?)each.Format)
        .FirstOrDefault();
}
