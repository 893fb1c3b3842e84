using System.Text;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>
/// Follows docs/tutorial.md in bash, from its first command to its last. A fence <c>sh</c> is run, <c>sh background 5001</c> goes on running
/// and is awaited at that port, <c>sh service</c> is run in the folder of the reader's own service, whose source is the fence
/// <c>csharp orders.cs</c>; <c>text</c> holds lines that the command before has written. Other than on the page are only the ports and the
/// folders, and what <c>dotnet run --project</c> would build has been built.
/// </summary>
public sealed partial class TutorialTests : IDisposable
{
    private const string Prelude = """
        set -euo pipefail -m
        trap 'for job in $(jobs -p); do kill -- "-$job" || true; done' EXIT
        dotnet() {
          if [ "$1" = run ] && [ "$2" = --project ]; then
            local project=$3
            shift 3
            [ "${1:-}" != -- ] || shift
            command dotnet "${built[$project]}" "$@"
          else
            command dotnet "$@"
          fi
        }
        reached() { for _ in $(seq 600); do (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return; sleep 0.2; done; cat "$2" >&2; return 1; }
        told() { grep -qF -- "$1" "$work/told" || { echo "Not written: $1"; cat "$work/told"; return 1; } >&2; }

        """;

    private readonly TemporaryFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Every_command_does_what_the_page_says()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "docs", "tutorial.md"));
        var script = Elsewhere(Script(page));

        await ShellCommand.RunAsync("bash", ["-s"], script, _work.Path, new Dictionary<string, string?> { ["XDG_CONFIG_HOME"] = _work.Path });

        Assert.Equal(101, File.ReadLines(Path.Combine(_work.Path, "orders.csv")).Count());
        var service = await File.ReadAllTextAsync(Path.Combine(_work.Path, "5001.log"));
        Assert.Contains("batch.finished: {", service, StringComparison.Ordinal);
        Assert.Contains("\"links\":{\"batch\":\"http://127.0.0.1:", service, StringComparison.Ordinal);
    }

    private string Script(string page)
    {
        var script = new StringBuilder($"work={_work.Path}\nmkdir \"$work/service\"\ndeclare -A built\n");
        foreach (var project in new[] { "services/standalone", "clients/cli" })
        {
            script.Append($"built[{project}]={RepositoryPaths.BuiltDll(project)}\n");
        }

        script.Append(Prelude);
        foreach (Match fence in Fence().Matches(page))
        {
            var (info, text) = (fence.Groups["info"].Value.Split(' '), fence.Groups["text"].Value);
            script.Append(info switch
            {
                ["csharp", var file] => $"cat > \"$work/service/{file}\" << 'END'\n{text}END\n",
                ["sh", "background", var port] => $"( cd \"$work/service\"\n{text}) > \"$work/{port}.log\" 2>&1 < /dev/null &\nreached {port} \"$work/{port}.log\"\n",
                ["sh", "service"] => $"pushd \"$work/service\"\n{text}popd\n",
                ["sh"] => $"exec 4>&1 > \"$work/told\"\n{text}exec >&4\n",
                ["text"] => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"told '{line}'\n")),
                _ => throw new InvalidOperationException($"What is a fence {fence.Groups["info"].Value}?"),
            });
        }

        return script.ToString();
    }

    // Whoever runs the tests may use the page's ports himself. The names of the logs stay.
    private string Elsewhere(string script)
    {
        var (service, platform) = (LoopbackPort.Next(), LoopbackPort.Next());
        return script
            .Replace("127.0.0.1:5001", $"127.0.0.1:{service}").Replace("reached 5001", $"reached {service}")
            .Replace("127.0.0.1:8080", $"127.0.0.1:{platform}").Replace("reached 8080", $"reached {platform}")
            .Replace("Admin__Key=", $"ASPNETCORE_URLS=http://127.0.0.1:{platform} Admin__Key=")
            .Replace("/tmp/orders", $"{_work.Path}/orders");
    }

    [GeneratedRegex("^```(?<info>[^\n]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();
}
