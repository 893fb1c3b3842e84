namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>How iVvy is spoken, section <c>Dialects:Ivvy</c>.</summary>
public sealed class IvvyOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = $"{DialectOptions.Section}:Ivvy";

    /// <summary>
    /// What requests are signed with, by the id of the key that they present. A key without an entry need not sign. Kept in
    /// configuration only: to check a signature the secret itself is needed, and the store has no secret of a client in clear.
    /// </summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);
}
