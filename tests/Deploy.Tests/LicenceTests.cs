using System.Globalization;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests;

/// <summary>What ships with the programs is listed with its licence, and somebody has read each of these.</summary>
public sealed partial class LicenceTests
{
    private static readonly string List = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "licences.md"));

    [Fact]
    public async Task The_list_is_what_ships() => await CheckAsync();

    [Fact]
    public void Nothing_of_the_tests_and_of_the_build_is_in_it()
    {
        var packages = Row().Matches(List).Select(row => row.Groups["package"].Value).ToList();

        Assert.Contains("MassTransit", packages);
        Assert.DoesNotContain(packages, package => package.StartsWith("xunit", StringComparison.Ordinal) || package.Contains("Analyzer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""<license type="expression">GPL-3.0-only</license>""", "is licensed GPL-3.0-only, which is not known")]
    [InlineData("""<license type="expression">MIT AND Nonsense</license>""", "which is not known")]
    [InlineData("""<license type="file">LICENSE.txt</license>""", "read LICENSE.txt")]
    [InlineData("", "names no licence")]
    public async Task A_licence_that_nobody_has_read_is_refused(string licence, string message)
    {
        var first = Row().Match(List).Groups;
        var (id, version) = (first["package"].Value.ToLower(CultureInfo.InvariantCulture), first["version"].Value);
        var cache = Directory.CreateTempSubdirectory("batchplatform-");
        var package = Directory.CreateDirectory(Path.Combine(cache.FullName, id, version));
        await File.WriteAllTextAsync(Path.Combine(package.FullName, $"{id}.nuspec"), $"<package>{licence}</package>");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(("NUGET_PACKAGES", cache.FullName)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        cache.Delete(recursive: true);
    }

    // The tests run in …/bin/{configuration}/{framework}/, and what ships was built beside them.
    private static Task<string> CheckAsync(params (string Name, string Value)[] settings) => ShellCommand.RunAsync("deploy/licences.sh", ["--check"], environment: new Dictionary<string, string?>(
        settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)).Append(new("CONFIGURATION", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name))));

    [GeneratedRegex(@"^\| (?<package>[\w.]+) \| (?<version>\d[\w.-]*) \| [\w. -]+ \| \w", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
