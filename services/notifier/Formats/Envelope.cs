using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Notifier.Formats;

/// <summary>What the native formats say of a batch. snake_case on the wire; members are added, never renamed.</summary>
/// <param name="Type">One of <see cref="CallbackEvents"/>.</param>
/// <param name="Timestamp">When that happened, UTC.</param>
/// <param name="Data">About the batch.</param>
internal sealed record Envelope(string Type, DateTime Timestamp, EnvelopeData Data)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // JSON, never pasted into HTML: names in other scripts stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="news">What there is to tell.</param>
    /// <param name="results">A JSON array of results to go with it.</param>
    public static Envelope Of(BatchNews news, byte[]? results = null) => new(news.Event, news.At, new EnvelopeData(
        news.Batch.CorrelationId,
        news.Batch.Number,
        news.Batch.Name,
        news.State.ToString(),
        news.Run,
        news.Counts,
        news.Event == CallbackEvents.Progress ? null : news.At,
        news.Links,
        results));

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>The batch in an <see cref="Envelope"/>.</summary>
internal sealed record EnvelopeData(
    Guid Id,
    long Number,
    string? Name,
    string State,
    int Run,
    NewsCounts Counts,
    DateTime? EndedAt,
    NewsLinks Links,
    [property: JsonConverter(typeof(RawJson)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Results);

/// <summary>Writes JSON text as it is.</summary>
internal sealed class RawJson : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Only written.");

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteRawValue(value, skipInputValidation: true);
}
