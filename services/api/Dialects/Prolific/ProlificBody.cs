using System.Text.Json;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>The JSON object of a request. Members that nobody asks for are ignored; one of a wrong kind is a 400 that names it.</summary>
internal sealed class ProlificBody
{
    private const int MaxBytes = Limits.ParamsBytes + RequestBody.SmallBytes;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    private readonly Dictionary<string, JsonElement> _members;

    private ProlificBody(Dictionary<string, JsonElement> members) => _members = members;

    /// <summary>Reads the body; none at all is an object without members.</summary>
    /// <exception cref="ProblemException">400 or 413.</exception>
    public static async Task<ProlificBody> ReadAsync(HttpContext context)
    {
        var bytes = await RequestBody.ReadBytesAsync(context, MaxBytes);
        if (bytes.IsEmpty)
        {
            return new ProlificBody([]);
        }

        RequestBody.CheckSyntax(bytes.Span);
        try
        {
            RequestBody.CheckText(bytes.Span, ApiJson.MaxDepth);
            using var document = JsonDocument.Parse(bytes, Strict);
            return new ProlificBody(document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.Clone(), StringComparer.Ordinal));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw ProlificRefusal.Bad("The body names a member twice, or has text that is not Unicode.");
        }
    }

    /// <summary>Whether the member was sent, if only as null.</summary>
    public bool Has(string member) => _members.ContainsKey(member);

    /// <summary>A member as it was sent; null when it was not, or as null.</summary>
    public JsonElement? Value(string member) => _members.TryGetValue(member, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A name: 1 to <see cref="Limits.NameLength"/> characters; null when it was not sent.</summary>
    public string? Name(string member) => !Has(member)
        ? null
        : Value(member) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text && BatchRules.IsText(text, Limits.NameLength)
            ? text
            : throw ProlificRefusal.Bad($"{member}: must be text of 1 to {Limits.NameLength} characters.");

    /// <summary>A name that must be sent.</summary>
    public string RequiredName(string member) => Name(member) ?? throw ProlificRefusal.Bad($"{member}: is required.");

    /// <summary>A UUID; null when it was not sent.</summary>
    public Guid? Id(string member) => !Has(member)
        ? null
        : Value(member) is { ValueKind: JsonValueKind.String } value && Guid.TryParse(value.GetString(), out var id)
            ? id
            : throw ProlificRefusal.Bad($"{member}: must be a UUID.");

    /// <summary>A whole number from 1; null when it was not sent.</summary>
    public int? Count(string member) => !Has(member)
        ? null
        : Value(member) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var count) && count >= 1
            ? count
            : throw ProlificRefusal.Bad($"{member}: must be a whole number, 1 or more.");

    /// <summary>true or false; null when it was not sent.</summary>
    public bool? Flag(string member) => !Has(member)
        ? null
        : Value(member) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
            ? value.GetBoolean()
            : throw ProlificRefusal.Bad($"{member}: must be true or false.");

    /// <summary>An object or a list, kept as it was sent; null when it was not, or as null.</summary>
    public JsonElement? Layout(string member) => Value(member) is not { } value || value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        ? Value(member)
        : throw ProlificRefusal.Bad($"{member}: must be an object or a list.");

    /// <summary>What a task is about; null when it was not sent.</summary>
    public TaskDetails? TaskDetails() => !Has("task_details")
        ? null
        : Value("task_details") is { ValueKind: JsonValueKind.Object } details
            ? new TaskDetails(Detail(details, "task_name"), Detail(details, "task_introduction"), Detail(details, "task_steps"))
            : throw ProlificRefusal.Bad("task_details: must be an object.");

    private static string Detail(JsonElement details, string member) =>
        details.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw ProlificRefusal.Bad($"task_details.{member}: is required, as text.");
}
