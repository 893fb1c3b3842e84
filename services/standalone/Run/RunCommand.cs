using System.Security.Cryptography;
using BatchPlatform.Client;

namespace BatchPlatform.Standalone.Run;

/// <summary>Runs one file of jobs on a platform that lives only as long as that takes, and writes the results.</summary>
internal sealed class RunCommand(JobFile jobs, string? output, string? upstreamsFile)
{
    // So that Ctrl-C ends it at once: nobody will go on with what is left.
    private const string DrainTimeout = "00:00:01";

    // The platform is in this process: nothing passes by trying again, and standard input can be read only once.
    private static readonly ClientOptions Patience = new() { Attempts = 1, AttemptTimeout = TimeSpan.FromDays(1) };

    /// <exception cref="BadInputException">A file, or a job in it, cannot be used; nothing was run.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var input = jobs.Open();
        var results = new ResultFile(output ?? $"{jobs.Name}.results.ndjson");
        var upstreams = upstreamsFile is null ? null : UpstreamsFile.Read(upstreamsFile);

        using var folder = new TemporaryFolder();
        await using var sample = upstreams is null ? await Sample.StartAsync(cancellationToken) : null;
        var key = RandomNumberGenerator.GetHexString(64);
        var settings = new PlatformSettings(folder.Path, "http://127.0.0.1:0", upstreams ?? sample!.Upstreams, Settings(key));
        await using var platform = await Platform.StartAsync(settings, cancellationToken);

        using var client = new BatchPlatformClient(new Uri(platform.Urls.Single()), key, Patience);
        var run = new FileRun(client, jobs, input, results);
        await ProgressDisplay.ForOutput().ShowAsync(progress => run.RunAsync(progress, cancellationToken));
        Console.WriteLine(run.LastLine);
        return run.Counts.Failed == 0 ? ExitCodes.AllCompleted : ExitCodes.SomeFailed;
    }

    private static Dictionary<string, string?> Settings(string key) => new()
    {
        ["Admin:Key"] = key,
        ["Worker:DrainTimeout"] = DrainTimeout,
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
        ["Logging:Console:LogToStandardErrorThreshold"] = "Trace",
    };
}
