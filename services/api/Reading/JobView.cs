using System.Text.Json;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Reading;

/// <summary>A job as clients see it, with the state that follows from what the store knows of it.</summary>
public sealed record JobView
{
    /// <summary>Its place in the batch, from 0.</summary>
    public required int Index { get; init; }

    public required string? CustomId { get; init; }

    public required string Namespace { get; init; }

    public required string Action { get; init; }

    /// <summary>As it was added, to the byte.</summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public required string Params { get; init; }

    /// <summary>Its own deadline in seconds; left out when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DeadlineSeconds { get; init; }

    public required JobState State { get; init; }

    /// <summary>Attempts that are over.</summary>
    public int Attempts { get; init; }

    /// <summary>The upstream's status; null without an outcome, or when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Why it failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>When its outcome came to be.</summary>
    public DateTime? CompletedAt { get; init; }
}

/// <summary>Why a job failed.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What a person should know.</param>
public sealed record JobError(string Code, string? Message);

/// <summary>Writes stored JSON text as it is; it was checked when it came in.</summary>
internal sealed class RawJsonConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Raw JSON is only written.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value, skipInputValidation: true);
}
