using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>What the front page tells newcomers to paste.</summary>
[Collection(SharedPlatform.Name)]
public sealed partial class FirstBatchTests(RunningPlatform platform)
{
    [Fact]
    public async Task The_first_batch_can_be_pasted()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "README.md"));
        var pasted = Fence().Match(page).Groups["text"].Value
            .Replace("http://127.0.0.1:8080", platform.Address.ToString().TrimEnd('/'))
            .Replace("choose-a-long-admin-key", RunningPlatform.Key);

        // As a shell that takes a word with a question mark for the names of files, and refuses it when there are none.
        var told = await ShellCommand.RunAsync("bash", ["-s"], "set -eu; shopt -s failglob\n" + pasted);

        Assert.Contains("\"state\":\"Finished\"", told, StringComparison.Ordinal);
        Assert.Matches("\"state\":\"Completed\".*Lisbon", told);
        Assert.Matches("\"custom_id\":\"mine\".*Nairobi", told);
    }

    // The commands that begin with the key.
    [GeneratedRegex("^```sh\n(?<text>key=.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();
}
