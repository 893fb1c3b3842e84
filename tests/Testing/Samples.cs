using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Testing;

/// <summary>The sample upstream as a process of its own, its definitions and its jobs.</summary>
public static class Samples
{
    /// <summary>Starts the sample upstream, which notes each call in a file.</summary>
    /// <param name="log">The file; calls are added to it.</param>
    /// <param name="settings">How it behaves, such as <c>Sample__FailureRate</c>; by default each call takes 20 ms.</param>
    /// <param name="port">To start it again where it was.</param>
    public static async Task<ServiceProcess> StartUpstreamAsync(string log, IReadOnlyDictionary<string, string?>? settings = null, int? port = null)
    {
        var environment = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>()) { ["Sample__LogFile"] = log };
        environment.TryAdd("Sample__LatencyMilliseconds", "20");
        var upstream = await ServiceProcess.LaunchAsync("samples", environment, port: port);
        await Eventually.True(async () => (await upstream.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).IsSuccessStatusCode);
        return upstream;
    }

    /// <summary>The upstreams' definitions at an address: the content of a file for <c>--upstreams</c>.</summary>
    public static JsonObject Definitions(Uri upstream)
    {
        var definitions = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples", "upstreams.json")))!.AsObject();
        foreach (var (_, definition) in definitions)
        {
            definition!["base_url"] = upstream.ToString().TrimEnd('/');
        }

        return definitions;
    }

    /// <summary>The same as environment variables, <c>Upstreams__places__actions__lookup__method=GET</c> and so on; callbacks may go to loopback.</summary>
    public static Dictionary<string, string?> Settings(Uri upstream)
    {
        var settings = new Dictionary<string, string?> { ["Callbacks__AllowLoopback"] = "true" };
        Flatten("Upstreams", JsonSerializer.SerializeToElement(Definitions(upstream)), settings);
        return settings;
    }

    /// <summary>So many look-ups, one line each.</summary>
    public static string Lines(int jobs)
    {
        var sample = File.ReadLines(Path.Combine(RepositoryPaths.Root, "samples", "places.ndjson")).ToList();
        return string.Join('\n', Enumerable.Range(0, jobs).Select(index => sample[index % sample.Count]));
    }

    private static void Flatten(string name, JsonElement value, Dictionary<string, string?> settings)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten($"{name}__{member.Name}", member.Value, settings);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (place, item) in value.EnumerateArray().Index())
                {
                    Flatten($"{name}__{place}", item, settings);
                }

                break;
            default:
                settings[name] = value.ToString();
                break;
        }
    }
}
