namespace BatchPlatform.Api.Dialects;

/// <summary>What all dialects share, section <c>Dialects</c>.</summary>
public sealed class DialectOptions
{
    /// <summary>The name of the configuration section; each dialect has one of its own below it.</summary>
    public const string Section = "Dialects";

    /// <summary>
    /// Callbacks of dialects may go by plain http, as their vendors' may. The address guard judges where they go either way.
    /// </summary>
    public bool AllowHttpCallbacks { get; set; } = true;
}
