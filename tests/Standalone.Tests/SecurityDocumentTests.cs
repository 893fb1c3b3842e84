using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>docs/security.md points at tests; each of them exists.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);
        var named = Name().Matches(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "security.md")));

        Assert.True(named.Count > 30);
        Assert.All(named, name => Assert.Contains(
            sources[name.Groups["class"].Value],
            source => Regex.IsMatch(source, $@"public (async )?(Task|void) {name.Groups["method"].Value}\(", RegexOptions.None, TimeSpan.FromSeconds(1))));
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
