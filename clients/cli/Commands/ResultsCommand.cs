using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Fetches results.</summary>
internal static class ResultsCommand
{
    private static readonly Argument<Guid> Batch = Arguments.Batch();
    private static readonly Option<string> Format = new("--format", "-f") { Description = "ndjson, csv or json.", HelpName = "ndjson|csv|json", DefaultValueFactory = _ => ResultFetch.Ndjson };
    private static readonly Option<string?> Out = new("--out", "-o") { Description = "A file instead of standard output. It gets its name when it is whole; NDJSON that broke off goes on with the same command.", HelpName = "FILE" };
    private static readonly Option<string?> State = new("--state") { Description = "Only completed or only failed ones.", HelpName = "completed|failed" };
    private static readonly Option<int?> Run = new("--run") { Description = "Of this run; what counts now unless given.", HelpName = "RUN" };

    public static Command Make()
    {
        Format.AcceptOnlyFromAmong(ResultFetch.Ndjson, "csv", "json");
        State.AcceptOnlyFromAmong("completed", "failed");
        return new Command("results", "Fetch results, in order of index; of a batch that runs, those that are there.") { Batch, Format, Out, State, Run }.Does(RunAsync);
    }

    private static async Task RunAsync(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = new ResultOptions { State = Arguments.Of<JobState>(parsed.GetValue(State)), Run = parsed.GetValue(Run) };
        var fetch = new ResultFetch(session.Platform, parsed.GetRequiredValue(Batch), parsed.GetRequiredValue(Format), options);
        if (parsed.GetValue(Out) is not { } file)
        {
            await using var output = Console.OpenStandardOutput();
            await fetch.ToStreamAsync(output, cancellationToken);
            return;
        }

        await fetch.ToFileAsync(file, cancellationToken);
        session.Output.Tell(new { Out = Path.GetFullPath(file), Bytes = new FileInfo(file).Length }, $"Written to {file}.");
    }
}
