using Microsoft.Net.Http.Headers;

namespace BatchPlatform.Api.Uploads;

/// <summary>The formats that an upload may have.</summary>
internal static class UploadFormats
{
    /// <summary>The format that a body says to have; one is made for each reading.</summary>
    /// <exception cref="ProblemException">415.</exception>
    public static Func<RecordFormat<T>> Of<T>(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || type.Charset.Value is not (null or "") && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Unsupported();
        }

        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => () => new JsonArrayFormat<T>(),
            "application/x-ndjson" or "application/jsonl" => () => new NdjsonFormat<T>(),
            "text/csv" => () => new CsvFormat<T>(),
            _ => throw Unsupported(),
        };
    }

    private static ProblemException Unsupported() =>
        new(Problems.UnsupportedMediaType("Send the body in UTF-8 as application/json (an array), application/x-ndjson or text/csv."));
}
