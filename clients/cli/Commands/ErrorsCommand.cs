using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Shows what a batch's jobs failed with.</summary>
internal static class ErrorsCommand
{
    public static Command Make()
    {
        var batch = Arguments.Batch();
        var run = new Option<int?>("--run") { Description = "Of this run; what counts now unless given.", HelpName = "RUN" };
        return new Command("errors", "Group the failed jobs by what they failed with, the most frequent first.") { batch, run }
            .Does(async (session, parsed, cancellationToken) =>
            {
                var groups = await session.Platform.Batches.ErrorsAsync(parsed.GetRequiredValue(batch), parsed.GetValue(run), cancellationToken);
                await session.Output.ListAsync(groups.ToAsyncEnumerable(), "No job failed.", Columns);
            });
    }

    private static readonly Column<ErrorGroup>[] Columns =
    [
        new("JOBS", group => group.Count, IsNumber: true),
        new("CODE", group => group.Code),
        new("FIRST", group => group.FirstIndex, IsNumber: true),
        new("MESSAGE", group => group.Message),
    ];
}
