using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests.Operations;

/// <summary>The commands that <c>docs/operations.md</c> gives below a heading.</summary>
internal static partial class Procedure
{
    // PostgreSQL's programs are where Debian puts them, one folder for each version.
    private static readonly string Path = string.Join(
        ':', (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : []).OrderDescending()
            .Select(version => $"{version}/bin").Append(Environment.GetEnvironmentVariable("PATH")));

    /// <summary>Runs them as they stand there, but for programs that have been built already, and returns what they write.</summary>
    public static Task<string> RunAsync(string heading, IReadOnlyDictionary<string, string?> variables) =>
        ShellCommand.RunAsync("bash", ["-euo", "pipefail", "-c", Built(Read(heading))], environment: new Dictionary<string, string?>(variables) { ["PATH"] = Path });

    private static string Read(string heading)
    {
        var page = File.ReadAllText(System.IO.Path.Combine(RepositoryPaths.Root, "docs", "operations.md"));
        var begin = page.IndexOf($"\n### {heading}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"docs/operations.md has no heading '{heading}'");
        var section = Heading().Split(page[(begin + 1)..], 3)[1];
        var commands = Fence().Match(section);
        Assert.True(commands.Success, $"docs/operations.md gives no commands for '{heading}'");
        return commands.Groups["text"].Value;
    }

    private static string Built(string commands) =>
        Run().Replace(commands, run => $"dotnet '{RepositoryPaths.BuiltDll(run.Groups["project"].Value)}'");

    [GeneratedRegex("^#+ ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"dotnet run --project (?<project>\S+) --", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Run();
}
