using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The dashboard, the alerts and the documentation speak of metrics that there are.</summary>
public sealed partial class MetricNamesTests
{
    // What Prometheus makes of a name: the unit and the kind of instrument are appended.
    private static readonly string[] Suffixes = ["", "_total", "_seconds", "_seconds_bucket", "_seconds_count", "_seconds_sum"];

    [Theory]
    [InlineData("docs/grafana/dashboard.json")]
    [InlineData("docs/grafana/alerts.yml")]
    public void Every_metric_that_is_shown_or_alerted_on_exists(string file)
    {
        var exported = Instruments().SelectMany(name => Suffixes.Select(suffix => name.Replace('.', '_') + suffix)).ToHashSet(StringComparer.Ordinal);

        var used = Used().Matches(Read(file)).Select(match => match.Value).Distinct().ToList();

        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.True(exported.Contains(name) || IsAttribute(name), name));
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        var operations = Read("docs/operations.md");

        Assert.All(Instruments(), name => Assert.Contains($"`{name}`", operations, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_alert_is_documented()
    {
        var operations = Read("docs/operations.md");

        Assert.All(Alerts().Matches(Read("docs/grafana/alerts.yml")), alert => Assert.Contains($"| {alert.Groups["name"].Value} |", operations, StringComparison.Ordinal));
    }

    private static List<string> Instruments() =>
        [.. Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "services"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Created().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))];

    private static bool IsAttribute(string name) => name is
        "batchplatform_upstream" or "batchplatform_outcome" or "batchplatform_event" or "batchplatform_reason" or "batchplatform_slice_state";

    private static string Read(string file) => File.ReadAllText(Path.Combine(RepositoryPaths.Root, file));

    [GeneratedRegex("""Create(?:Histogram|Counter|Gauge)<\w+>\("(?<name>batchplatform[a-z._]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Created();

    [GeneratedRegex("batchplatform_[a-z_]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Used();

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Alerts();
}
