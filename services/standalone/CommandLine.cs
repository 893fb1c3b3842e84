using System.CommandLine;
using BatchPlatform.Standalone.Run;

namespace BatchPlatform.Standalone;

/// <summary>The commands: without a name it serves, <c>run</c> runs one file.</summary>
internal static class CommandLine
{
    private static readonly Option<string?> Upstreams = new("--upstreams")
    {
        Description = "A JSON file with your own upstreams, keyed by namespace.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Parses and runs; the answer is the process's exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args, InvocationConfiguration configuration)
    {
        var parsed = Root().Parse(args);
        try
        {
            var code = await parsed.InvokeAsync(configuration);
            return parsed.Errors.Count > 0 ? ExitCodes.BadInput : code;
        }
        catch (Exception error) when (Failure.Of(error) is { } failure)
        {
            if (failure.ExitCode != ExitCodes.Interrupted)
            {
                await configuration.Error.WriteLineAsync(failure.Text);
            }

            return failure.ExitCode;
        }
    }

    private static RootCommand Root()
    {
        var data = Data("The folder that keeps everything; made if missing.");
        var urls = new Option<string?>("--urls") { Description = $"Where to listen; {ServeCommand.DefaultUrl} unless ASPNETCORE_URLS says otherwise.", HelpName = "URL" };
        var sample = new Option<bool>("--sample") { Description = "Also start the sample upstream, and let callbacks go to this machine." };
        var root = new RootCommand("BatchPlatform in one process. Without a command it serves the API and keeps its data in a folder.")
        {
            data, urls, sample, Upstreams, RunFile(), Backup(),
        };
        root.SetAction((parsed, cancellationToken) => new ServeCommand(
            parsed.GetRequiredValue(data), parsed.GetValue(urls), parsed.GetValue(sample), parsed.GetValue(Upstreams)).RunAsync(cancellationToken));
        return root;
    }

    private static Option<string> Data(string description) => new("--data") { Description = description, HelpName = "DIR", DefaultValueFactory = _ => ".data" };

    private static Command Backup()
    {
        var to = new Argument<string>("DIR") { Description = "Where the copy goes; made if missing." };
        var data = Data("The folder to copy.");
        var backup = new Command("backup", "Copies the data folder, also while it is served from; the copy is one itself.") { to, data };
        backup.SetAction(parsed => new BackupCommand(parsed.GetRequiredValue(data), parsed.GetRequiredValue(to)).Run());
        return backup;
    }

    private static Command RunFile()
    {
        var file = new Argument<string>("FILE") { Description = "Jobs as NDJSON, .csv or .json (an array); - reads NDJSON from standard input." };
        var output = new Option<string?>("--out") { Description = "Where the results go; FILE's name with .results.ndjson in this folder unless given.", HelpName = "FILE" };
        var run = new Command("run", "Run one file of jobs and write the results. Exit code: 0 all completed, 1 some failed, 2 bad input.") { file, output };
        run.SetAction((parsed, cancellationToken) => new RunCommand(
            JobFile.Of(parsed.GetRequiredValue(file)), parsed.GetValue(output), parsed.GetValue(Upstreams)).RunAsync(cancellationToken));
        return run;
    }
}
