using System.Buffers;

namespace BatchPlatform.Store.Results;

/// <summary>How results are written.</summary>
public enum ResultFormat
{
    /// <summary>One array.</summary>
    Json,

    /// <summary>An object on each line.</summary>
    Ndjson,

    /// <summary>RFC 4180 with a header row.</summary>
    Csv,
}

/// <summary>What follows from a format.</summary>
public static class ResultFormats
{
    /// <summary>The first of a format is what we call it; the others are understood.</summary>
    public static IReadOnlyList<(string MediaType, ResultFormat Format)> MediaTypes { get; } =
    [
        ("application/json", ResultFormat.Json),
        ("application/x-ndjson", ResultFormat.Ndjson),
        ("application/jsonl", ResultFormat.Ndjson),
        ("text/csv", ResultFormat.Csv),
    ];

    /// <summary>What a body of this format says it is.</summary>
    public static string ContentType(this ResultFormat format) => MediaTypes.First(each => each.Format == format).MediaType;

    /// <summary>Makes a writer.</summary>
    /// <param name="format">The format.</param>
    /// <param name="output">Where to.</param>
    /// <param name="positions">Each result tells its <see cref="ResultPosition"/>.</param>
    public static IResultFormat Writer(this ResultFormat format, IBufferWriter<byte> output, bool positions) =>
        format == ResultFormat.Csv ? new CsvResults(output, positions) : new JsonResults(output, lines: format == ResultFormat.Ndjson, positions);
}
