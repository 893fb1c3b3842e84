using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>What a token endpoint's answer says (RFC 6749, 5.1 and 5.2).</summary>
internal sealed class TokenJson
{
    private static readonly TimeSpan UnsaidLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    private static readonly FrozenSet<string> Errors =
        new[] { "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope" }.ToFrozenSet();

    public string? AccessToken { get; private init; }

    /// <summary>How long the token is good for: five minutes where it is not said, at most a day.</summary>
    public TimeSpan Life { get; private init; }

    /// <summary>One of the standard's words; null for any other, which might hold anything.</summary>
    public string? KnownError { get; private init; }

    /// <summary>Null when the answer is no JSON object.</summary>
    public static TokenJson? Read(ReadOnlyMemory<byte>? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? default);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // No JSON, or text in it that no encoding can write.
            return null;
        }
    }

    private static TokenJson Read(JsonElement answer) => new()
    {
        AccessToken = Text(answer, "access_token"),
        Life = LifeOf(Text(answer, "expires_in")),
        KnownError = Text(answer, "error") is { } error && Errors.Contains(error) ? error : null,
    };

    // Some servers write the number as a string.
    private static string? Text(JsonElement answer, string name) => !answer.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static TimeSpan LifeOf(string? seconds) =>
        double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var said) && said > 0
            ? TimeSpan.FromSeconds(Math.Min(said, LongestLife.TotalSeconds))
            : UnsaidLife;
}
