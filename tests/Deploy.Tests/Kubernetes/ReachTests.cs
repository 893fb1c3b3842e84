using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests.Kubernetes;

/// <summary>Who reaches whom in a cluster, and who is told which secret.</summary>
public sealed class ReachTests(Manifests manifests) : IClassFixture<Manifests>
{
    [KubectlFact]
    public void From_outside_only_the_gateway_is_reached()
    {
        var paths = manifests.Of("Ingress").SelectMany(ingress => ingress.At("spec.rules")!.AsArray()).SelectMany(rule => rule.At("http.paths")!.AsArray());

        Assert.All(paths, path => Assert.Equal("gateway", (string?)path.At("backend.service.name")));
        Assert.All(manifests.Of("Service"), service => Assert.Null(service.At("spec.type")));
    }

    [KubectlFact]
    public void Nobody_reaches_a_pod_but_everybody_the_gateway_it_the_apis_and_the_dashboards_and_these_the_apis()
    {
        Assert.All(manifests.Workloads, workload => Assert.Contains(Policies(workload), policy => policy.At("spec.ingress") is null));
        Assert.Equal([null], From("gateway"));
        Assert.Equal(["gateway", "dashboard"], Names(From("api")));
        Assert.Equal(["gateway"], Names(From("dashboard")));
        Assert.All(["orchestrator", "worker", "notifier"], service => Assert.Empty(From(service)));
    }

    [KubectlFact]
    public void The_gateway_finds_the_apis_and_the_dashboards_by_their_services() => Assert.All(
        ["ReverseProxy__Clusters__api__Destinations__api1__Address", "ReverseProxy__Clusters__dashboard__Destinations__dashboard1__Address", "Dashboard__Api"],
        setting =>
        {
            var address = new Uri((string)manifests.Of("ConfigMap").Single()["data"]![setting]!);

            Assert.Equal(address.Port, (int)manifests.One("Service", address.Host).At("spec.ports.0.port")!);
        });

    [KubectlFact]
    public void Each_service_is_told_the_secrets_that_it_needs_and_no_others()
    {
        Assert.Equal([], SecretsOf("Deployment", "gateway"));
        Assert.Equal(["admin", "bus", "security", "store"], SecretsOf("Deployment", "api"));
        Assert.Equal(["dashboard"], SecretsOf("Deployment", "dashboard"));
        Assert.Equal(["bus", "store"], SecretsOf("Deployment", "orchestrator"));
        Assert.Equal(["bus", "store"], SecretsOf("Job", "migrate"));
        Assert.Equal(["bus", "upstreams"], SecretsOf("Deployment", "worker"));
        Assert.Equal(["bus", "security", "store"], SecretsOf("Deployment", "notifier"));
    }

    [Fact]
    public async Task The_secrets_of_an_overlay_are_not_committed_and_their_examples_are()
    {
        string[] files = ["store.env", "bus.env", "security.env", "admin.env", "dashboard.env", "upstreams.env"];

        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Manifests.Source, "overlays", "example", "secrets", $"{file}.example"))));
        var ignored = await ShellCommand.RunAsync("git", ["check-ignore", "--no-index", .. files.Select(file => $"deploy/kubernetes/overlays/mine/secrets/{file}")]);
        Assert.Equal(files.Length, ignored.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private IEnumerable<JsonNode> Policies(JsonNode workload) =>
        manifests.Of("NetworkPolicy").Where(policy => policy.At("spec.podSelector.matchLabels").Selects(workload));

    // For each rule whom it lets in; null: everybody.
    private List<JsonNode?> From(string service) =>
        [.. Policies(manifests.One("Deployment", service)).SelectMany(policy => policy.At("spec.ingress")?.AsArray() ?? []).Select(rule => rule!["from"])];

    private static List<string?> Names(IEnumerable<JsonNode?> rules) =>
        [.. rules.SelectMany(rule => rule!.AsArray()).Select(peer => (string?)peer.At("podSelector.matchLabels")!["app.kubernetes.io/name"])];

    // The names end in a hash of what is in them.
    private List<string> SecretsOf(string kind, string name)
    {
        var sources = manifests.One(kind, name).Pod()["volumes"]!.AsArray().SelectMany(volume => volume.At("projected.sources")?.AsArray() ?? []);
        var secrets = sources.Select(source => manifests.One("Secret", (string)source.At("secret.name")!).Name());
        return [.. secrets.Select(secret => secret[..secret.LastIndexOf('-')]).Order()];
    }
}
