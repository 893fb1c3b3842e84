using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>How Prolific's task builder is spoken, section <c>Dialects:Prolific</c>.</summary>
public sealed class ProlificOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = $"{DialectOptions.Section}:Prolific";

    /// <summary>What each datapoint becomes a job of: <c>namespace/action</c>.</summary>
    [RegularExpression("[^/]+/.+", ErrorMessage = "Dialects:Prolific:TaskAction must be namespace/action.")]
    public string TaskAction { get; set; } = "prolific/task";

    /// <summary>How long an upload URL, or the link of a report, is good; 60 to 86,400 s.</summary>
    [Range(60, 86_400)]
    public int LinkSeconds { get; set; } = 3600;

    internal string TaskNamespace => TaskAction[..TaskAction.IndexOf('/')];

    internal string TaskName => TaskAction[(TaskAction.IndexOf('/') + 1)..];
}
