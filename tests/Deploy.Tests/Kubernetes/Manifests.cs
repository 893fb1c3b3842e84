using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests.Kubernetes;

/// <summary>What <c>kubectl kustomize</c> makes of the example overlay, with its example secrets.</summary>
public sealed class Manifests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchplatform-").FullName;

    /// <summary>As YAML.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Each object.</summary>
    public IReadOnlyList<JsonNode> All { get; private set; } = [];

    /// <summary>The deployments.</summary>
    public IEnumerable<JsonNode> Deployments => Of("Deployment");

    /// <summary>Whatever starts pods: the deployments and the job.</summary>
    public IEnumerable<JsonNode> Workloads => Deployments.Concat(Of("Job"));

    public static string Source { get; } = Path.Combine(RepositoryPaths.Root, "deploy", "kubernetes");

    public async Task InitializeAsync()
    {
        if (!ShellCommand.Exists("kubectl"))
        {
            return; // Every test of these is skipped.
        }

        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Source, file)).Replace(".example", "", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        Text = await ShellCommand.RunAsync("kubectl", ["kustomize", Path.Combine(_folder, "overlays", "example")]);
        All = Yaml.ReadAll(Text);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    public IEnumerable<JsonNode> Of(string kind) => All.Where(manifest => (string?)manifest["kind"] == kind);

    public JsonNode One(string kind, string name) => Of(kind).Single(manifest => manifest.Name() == name);
}

/// <summary>Ways through a manifest.</summary>
internal static class ManifestPaths
{
    /// <summary>The member at the end of names and places: <c>spec.template.spec.containers.0</c>; null where there is none.</summary>
    public static JsonNode? At(this JsonNode? node, string path) => path.Split('.').Aggregate(node, (at, step) => at switch
    {
        JsonArray items => items.ElementAtOrDefault(int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)),
        JsonObject members => members[step],
        _ => null,
    });

    public static string Name(this JsonNode manifest) => (string)manifest.At("metadata.name")!;

    public static JsonNode Pod(this JsonNode workload) => workload.At("spec.template.spec")!;

    public static JsonNode Container(this JsonNode workload) => workload.Pod().At("containers.0")!;

    /// <summary>Whether every label that a selector asks for is there.</summary>
    public static bool Selects(this JsonNode? selector, JsonNode workload)
    {
        var labels = workload.At("spec.template.metadata.labels")!;
        return selector!.AsObject().All(label => (string?)labels[label.Key] == (string?)label.Value);
    }
}
