using System.Text.Json.Nodes;

namespace BatchPlatform.Standalone;

/// <summary>Serves the API until it is told to stop; what it had not finished goes on at the next start.</summary>
internal sealed class ServeCommand(string data, string? urls, bool withSample, string? upstreamsFile)
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <exception cref="BadInputException">An option, a file or the environment cannot be used.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var folder = DataFolder.Open(data);
        await using var sample = withSample ? await Sample.StartAsync(cancellationToken) : null;
        var settings = new PlatformSettings(folder.Path, Urls, Upstreams(sample), SampleSettings);
        await using var platform = await Platform.StartAsync(settings, cancellationToken);
        Announce(platform.Urls);
        await platform.RunAsync(cancellationToken);
        return ExitCodes.AllCompleted;
    }

    private string Urls => urls ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? DefaultUrl;

    private Dictionary<string, string?> SampleSettings => withSample ? new() { ["Callbacks:AllowLoopback"] = "true" } : [];

    private JsonObject Upstreams(Sample? sample)
    {
        var upstreams = sample?.Upstreams ?? [];
        foreach (var (name, definition) in upstreamsFile is null ? [] : UpstreamsFile.Read(upstreamsFile))
        {
            upstreams[name] = definition!.DeepClone();
        }

        return upstreams;
    }

    private static void Announce(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            Console.WriteLine($"Listening on {address}, described at {address}/docs, with a dashboard at {address}/dashboard");
        }
    }
}
