using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests;

/// <summary>What GitHub runs: the tests on each change, all of them at night, and the images on a tag.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, ".github", "workflows", "ci.yml"));
    private static readonly JsonNode Workflow = Yaml.ReadAll(Text)[0];

    [Fact]
    public async Task It_has_the_form_that_GitHub_takes() => Assert.Empty(await Schemas.FaultsAsync("workflow.mjs", Text));

    [Fact]
    public async Task A_wrong_form_would_be_found() =>
        Assert.NotEmpty(await Schemas.FaultsAsync("workflow.mjs", Text.Replace("runs-on:", "run-on:", StringComparison.Ordinal)));

    [Fact]
    public void Actions_are_pinned_by_commit()
    {
        var uses = Uses().Matches(Text);

        Assert.Equal(Text.Split("uses:").Length - 1, uses.Count);
        Assert.All(uses, use => Assert.Matches("^[0-9a-f]{40} # v[0-9.]+$", use.Groups["version"].Value));
    }

    [Fact]
    public void It_may_read_and_only_the_images_may_be_written()
    {
        Assert.Equal("""{"contents":"read"}""", Workflow["permissions"]!.ToJsonString());
        Assert.Equal("""{"contents":"read","packages":"write"}""", Workflow["jobs"]!["images"]!["permissions"]!.ToJsonString());
        Assert.Null(Workflow["jobs"]!["test"]!["permissions"]);
    }

    [Fact]
    public void Images_are_built_of_every_service_after_the_tests_and_on_a_tag_alone()
    {
        var images = Workflow["jobs"]!["images"]!;
        var deployed = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "deploy", "kubernetes", "base"), "*.yaml")
            .SelectMany(file => Image().Matches(File.ReadAllText(file)).Select(image => image.Groups["service"].Value)).Distinct();

        Assert.Equal(deployed.Order(), images["strategy"]!["matrix"]!["service"]!.AsArray().Select(service => (string)service!).Order());
        Assert.Equal(("test", "startsWith(github.ref, 'refs/tags/v')"), ((string?)images["needs"], (string?)images["if"]));
    }

    [Fact]
    public void Every_change_passes_the_tests_and_every_night_the_long_ones()
    {
        Assert.Equal(["push", "pull_request", "schedule"], Workflow["on"]!.AsObject().Select(trigger => trigger.Key));
        Assert.Single(Workflow["jobs"]!["test"]!["steps"]!.AsArray(), step => ((string?)step!["run"])?.StartsWith("./test.sh ${{ github.event_name == 'schedule' && '--full'", StringComparison.Ordinal) == true);
    }

    [GeneratedRegex(@"uses: (?<action>[\w/-]+)@(?<version>.+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uses();

    [GeneratedRegex(@"image: batchplatform/(?<service>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Image();
}
