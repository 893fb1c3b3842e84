using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Follows a batch until it has ended.</summary>
internal static class WatchCommand
{
    public static Command Make()
    {
        var batch = Arguments.Batch();
        return new Command("watch", "Follow a batch until it has ended. Ctrl-C leaves it running.") { batch }
            .Does((session, parsed, cancellationToken) => FollowAsync(session, parsed.GetRequiredValue(batch), cancellationToken));
    }

    /// <summary>The exit code says how it ended.</summary>
    public static async Task<int> FollowAsync(Session session, Guid id, CancellationToken cancellationToken)
    {
        try
        {
            session.Output.Say($"Following batch {id}; Ctrl-C leaves it running.");
            var display = session.Output.IsJson ? new NoDisplay() : ProgressDisplay.ForOutput();
            await display.ShowAsync(show => ShowAsync(session, id, show, cancellationToken));
            return End(session, await session.Platform.Batches.GetAsync(id, cancellationToken));
        }
        catch (OperationCanceledException) when (!session.Output.IsJson)
        {
            await Console.Error.WriteLineAsync($"The batch goes on. Follow it again: bp watch {id}");
            throw;
        }
    }

    private static async Task ShowAsync(Session session, Guid id, Action<StepProgress> show, CancellationToken cancellationToken)
    {
        await foreach (var progress in session.Platform.Batches.WatchAsync(id, cancellationToken))
        {
            session.Output.Json(progress);
            show(progress.Step());
        }
    }

    private static int End(Session session, Batch batch)
    {
        var (counts, missing) = (batch.Counts, batch.Counts.Total - batch.Counts.Completed - batch.Counts.Failed);
        session.Output.Tell(batch, $"{batch.State}: {counts.Completed} completed, {counts.Failed} failed{(missing > 0 ? $", {missing} not run" : "")}");
        if (counts.Failed > 0)
        {
            session.Output.Say($"Why: bp errors {batch.Id}");
        }

        return counts.Completed == counts.Total ? ExitCodes.AllCompleted : ExitCodes.SomeFailed;
    }
}
