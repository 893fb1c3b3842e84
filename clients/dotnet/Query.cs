using System.Globalization;

namespace BatchPlatform.Client;

/// <summary>The query part of an address; what is null is left out.</summary>
internal readonly record struct Query(string Text)
{
    public static Query Empty => new("");

    public Query With(string name, string? value) =>
        value is null ? this : new($"{Text}{(string.IsNullOrEmpty(Text) ? '?' : '&')}{name}={Uri.EscapeDataString(value)}");

    public Query With(string name, int? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public Query With(string name, bool? value) => With(name, value is { } given ? given ? "true" : "false" : null);

    public Query With(string name, DateTimeOffset? value) => With(name, value?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    public override string ToString() => Text ?? "";
}
