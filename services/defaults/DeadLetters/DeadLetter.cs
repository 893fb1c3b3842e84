using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace BatchPlatform.Defaults.DeadLetters;

/// <summary>The messages that one queue's consumers could not handle.</summary>
/// <param name="Queue">The queue that they were sent to, one of <see cref="Contracts.Queues"/>.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Messages">The first of them.</param>
public sealed record ParkedMessages(string Queue, long Count, IReadOnlyList<DeadLetter> Messages);

/// <summary>So many messages were put back.</summary>
/// <param name="Queue">Where to, one of <see cref="Contracts.Queues"/>.</param>
/// <param name="Redriven">How many.</param>
public sealed record RedrivenMessages(string Queue, int Redriven);

/// <summary>
/// A parked message: without its content unless that is asked for, and never with an exception's text, which may repeat some of it.
/// </summary>
/// <param name="MessageId">The message.</param>
/// <param name="Type">The name of its type; null where it cannot be read.</param>
/// <param name="BatchId">The batch that it is about; null where it is about none, or cannot be read.</param>
/// <param name="Reason">Why it was parked, one of <see cref="DeadLetterReasons"/>.</param>
/// <param name="ExceptionType">What was thrown; null where nothing was.</param>
/// <param name="Consumer">Who threw it; null where nobody did.</param>
/// <param name="ParkedAt">When, UTC; null where it is not known.</param>
/// <param name="Content">What it says, long texts cut short; null where that was not asked for, or cannot be read.</param>
public sealed record DeadLetter(
    Guid? MessageId, string? Type, Guid? BatchId, string Reason, string? ExceptionType, string? Consumer, DateTime? ParkedAt, JsonNode? Content)
{
    // Jobs are packed into one text that nobody can read.
    private const int LongestText = 200;

    internal static DeadLetter Of(BasicGetResult got, bool withContent)
    {
        var headers = got.BasicProperties.Headers ?? new Dictionary<string, object?>();
        var (type, batch, content) = ReadEnvelope(got.Body, withContent);
        return new DeadLetter(
            Guid.TryParse(got.BasicProperties.MessageId, out var id) ? id : null,
            type,
            batch,
            ReasonOf(headers),
            Text(headers, "MT-Fault-ExceptionType"),
            Text(headers, "MT-Fault-ConsumerType"),
            TimeOf(headers),
            content);
    }

    /// <summary>Whether nobody took the message while whoever sent it waited: it must not take effect any more.</summary>
    internal static bool IsExpired(IReadOnlyBasicProperties properties) =>
        ReasonOf(properties.Headers ?? new Dictionary<string, object?>()) == DeadLetterReasons.Expired;

    private static string ReasonOf(IDictionary<string, object?> headers) => Text(headers, "MT-Reason") switch
    {
        "fault" => DeadLetterReasons.Exception,
        null => Text(headers, "x-first-death-reason") == "expired" ? DeadLetterReasons.Expired : DeadLetterReasons.DeliveryLimit,
        _ => DeadLetterReasons.Unknown,
    };

    private static DateTime? TimeOf(IDictionary<string, object?> headers) =>
        DateTime.TryParse(Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static string? Text(IDictionary<string, object?> headers, string name) => headers.TryGetValue(name, out var value)
        ? value switch
        {
            byte[] text => Encoding.UTF8.GetString(text),
            string text => text,
            _ => null,
        }
        : null;

    private static (string? Type, Guid? Batch, JsonNode? Content) ReadEnvelope(ReadOnlyMemory<byte> body, bool withContent)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            var content = withContent && Member(envelope.RootElement, "message") is { } message ? Shortened(message) : null;
            return (TypeOf(envelope.RootElement), BatchOf(envelope.RootElement), content);
        }
        catch (JsonException)
        {
            return (null, null, null);
        }
    }

    private static JsonNode? Shortened(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Shortened(member.Value)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(Shortened)]),
        JsonValueKind.String when value.GetString() is { Length: > LongestText } text => $"{text[..LongestText]}…",
        _ => JsonSerializer.SerializeToNode(value),
    };

    // As a URN: urn:message:Namespace:Name.
    private static string? TypeOf(JsonElement envelope) =>
        Member(envelope, "messageType") is { ValueKind: JsonValueKind.Array } types && types.GetArrayLength() > 0 && types[0].ValueKind == JsonValueKind.String
            ? types[0].GetString()!.Split(':')[^1]
            : null;

    private static Guid? BatchOf(JsonElement envelope) =>
        Member(envelope, "message") is { } message && Member(message, "batchId") is { ValueKind: JsonValueKind.String } batch && batch.TryGetGuid(out var id) ? id : null;

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : null;
}

/// <summary>Why a message was parked.</summary>
public static class DeadLetterReasons
{
    /// <summary>Its consumer threw, or it could not be read.</summary>
    public const string Exception = "exception";

    /// <summary>No consumer of the queue knows its type.</summary>
    public const string Unknown = "unknown_type";

    /// <summary>A command that nobody took while its client waited; the client was told so. Re-driving drops it.</summary>
    public const string Expired = "expired";

    /// <summary>The processes that it was delivered to did not acknowledge it; they may have died of it.</summary>
    public const string DeliveryLimit = "delivery_limit";
}
