using System.Text.Json;
using BatchPlatform.Client;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>The program as a user has it: a folder to work in, a home of his own, and a platform.</summary>
public sealed class Bp : IDisposable
{
    public const string Project = "clients/cli";
    private readonly TemporaryFolder _folder = new();

    public Bp(Uri address, string? key = RunningPlatform.Key)
    {
        Environment = new Dictionary<string, string> { ["BP_URL"] = address.ToString(), ["BP_KEY"] = key ?? "", ["XDG_CONFIG_HOME"] = Path.Combine(_folder.Path, "config") };
        Client = new BatchPlatformClient(address, key ?? "none");
    }

    public Dictionary<string, string> Environment { get; }

    /// <summary>The same platform, to see what became of it.</summary>
    public BatchPlatformClient Client { get; }

    public TemporaryFolder Folder => _folder;

    public string ConfigFile => Path.Combine(_folder.Path, "config", "bp", "config.json");

    public Task<Execution> RunAsync(params string[] arguments) => RunAsync(arguments, input: null);

    /// <summary>Runs it to its end; whatever it says, it does not say the key.</summary>
    public async Task<Execution> RunAsync(string[] arguments, string? input)
    {
        var run = await Execution.OfAsync(_folder.Path, arguments, input, Environment, Project);
        Assert.DoesNotContain(RunningPlatform.Key, run.Error + string.Join('\n', run.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("   at BatchPlatform", run.Error, StringComparison.Ordinal);
        return run;
    }

    /// <summary>Runs it with <c>--json</c>: each line that it writes is JSON, and it succeeds.</summary>
    public async Task<IReadOnlyList<JsonElement>> JsonAsync(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.True(run.ExitCode == ExitCodes.AllCompleted, run.Error);
        Assert.Empty(run.Error);
        return Json(run);
    }

    public static IReadOnlyList<JsonElement> Json(Execution run) =>
        [.. run.Output.Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>A batch that has ended.</summary>
    public async Task<Batch> EndedAsync(NewBatch batch)
    {
        var created = await Client.Batches.CreateAsync(batch with { Commit = true });
        return await Client.Batches.WaitAsync(created.Id);
    }

    public void Dispose()
    {
        Client.Dispose();
        _folder.Dispose();
    }

    public static string Sample(string name) => Path.Combine(RepositoryPaths.Root, "samples", name);

    public static NewJob[] Jobs(int count) => [.. Enumerable.Range(0, count).Select(index => new NewJob("places", "lookup", new { name = "Lisbon" }, $"job-{index}"))];

    /// <summary>The sample knows no such place.</summary>
    public static NewJob FailingJob { get; } = new("places", "lookup", new { name = "Nowhere-at-all" });

    /// <summary>As a line of a file.</summary>
    public static string Line(int index) => $$$"""{"namespace":"places","action":"lookup","params":{"name":"Lisbon"},"custom_id":"job-{{{index}}}"}""" + "\n";
}

/// <summary>Tests against a running platform, which they share.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPlatform : ICollectionFixture<RunningPlatform>
{
    public const string Name = "platform";
}
