using System.Reflection;
using System.Text.RegularExpressions;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Worker.Tests;

/// <summary>docs/outcomes.md, against the code.</summary>
public sealed partial class OutcomesDocumentTests
{
    private static readonly string[] Codes =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void Every_way_to_fail_is_told_once()
    {
        var told = Told();

        Assert.Equal(told.Distinct(), told);
        Assert.Empty(told.Except(Codes));
        // In the order of their declaration: those of jobs come last.
        Assert.Empty(Codes.SkipWhile(code => code != ErrorCodes.UpstreamStatus).Except(told));
    }

    private static List<string> Told()
    {
        var document = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "outcomes.md"));
        return [.. CodeRow().Matches(document).Select(row => row.Groups["code"].Value)];
    }

    [GeneratedRegex(@"^\| `(?<code>[A-Z_]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CodeRow();
}
