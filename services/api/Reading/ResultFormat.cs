using System.Buffers;

namespace BatchPlatform.Api.Reading;

/// <summary>How results are written.</summary>
internal enum ResultFormat
{
    /// <summary>One array.</summary>
    Json,

    /// <summary>An object on each line.</summary>
    Ndjson,

    /// <summary>RFC 4180 with a header row.</summary>
    Csv,
}

/// <summary>What follows from a format.</summary>
internal static class ResultFormats
{
    private static readonly (string MediaType, ResultFormat Format)[] MediaTypes =
    [
        ("application/json", ResultFormat.Json),
        ("application/x-ndjson", ResultFormat.Ndjson),
        ("application/jsonl", ResultFormat.Ndjson),
        ("text/csv", ResultFormat.Csv),
    ];

    /// <summary>The format asked for by <c>?format=</c>, else by the Accept header, else JSON.</summary>
    public static ResultFormat Choose(string? parameter, HttpRequest request) =>
        Parameter.Choice<ResultFormat>("format", parameter)
        ?? request.GetTypedHeaders().Accept
            .OrderByDescending(accepted => accepted.Quality ?? 1)
            .Select(accepted => ByMediaType(accepted.MediaType.Value))
            .FirstOrDefault(format => format is not null)
        ?? ResultFormat.Json;

    /// <summary>What the response says it is.</summary>
    public static string ContentType(this ResultFormat format) => MediaTypes.First(each => each.Format == format).MediaType;

    /// <summary>Makes a writer.</summary>
    /// <param name="format">The format.</param>
    /// <param name="output">Where to.</param>
    /// <param name="positions">Each result tells its <see cref="ResultPosition"/>.</param>
    public static IResultFormat Writer(this ResultFormat format, IBufferWriter<byte> output, bool positions) =>
        format == ResultFormat.Csv ? new CsvResults(output, positions) : new JsonResults(output, lines: format == ResultFormat.Ndjson, positions);

    private static ResultFormat? ByMediaType(string? mediaType) =>
        MediaTypes.Where(each => each.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)).Select(each => (ResultFormat?)each.Format).FirstOrDefault();
}
