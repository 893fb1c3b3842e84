using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>How Traject is spoken, section <c>Dialects:Traject</c>.</summary>
public sealed class TrajectOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = $"{DialectOptions.Section}:Traject";

    /// <summary>The namespace of the upstream that searches go to; a search's type is its action.</summary>
    public const string Namespace = "search";

    /// <summary>A result set's <c>expires_at</c>, counted from its end: what clients are told, not what removes it; 1 to 3650 days.</summary>
    [Range(1, 3650)]
    public int ResultDays { get; set; } = 14;

    /// <summary>How long a download link is good without a key; 1 to 720 h.</summary>
    [Range(1, 720)]
    public double LinkHours { get; set; } = 24;
}
