using System.Text.Json;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>The body of POST /v1/batches.</summary>
public sealed record CreateBatchBody
{
    public string? Name { get; init; }

    /// <summary>Takes jobs whenever it is not running.</summary>
    public bool Recurring { get; init; }

    public BatchSettings? Options { get; init; }

    public CallbackBody? Callback { get; init; }

    /// <summary>When it runs by itself; a batch with one is recurring.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Jobs as for POST …/jobs.</summary>
    public RawJson? Jobs { get; init; }

    /// <summary>Run them at once.</summary>
    public bool Commit { get; init; }
}

/// <summary>Where a value stands in the body, so that jobs are read from the body's own bytes.</summary>
[JsonConverter(typeof(Converter))]
public sealed record RawJson(int Start, int Length)
{
    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return new RawJson(start, (int)reader.BytesConsumed - start);
        }

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Only read.");
    }
}
