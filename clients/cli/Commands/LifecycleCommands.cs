using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Moves a batch through its lifecycle.</summary>
internal static class LifecycleCommands
{
    public static IEnumerable<Command> Make()
    {
        yield return Move("start", "Run a batch: resumes a stopped run, or runs a finished batch again.", (batches, id, end) => batches.StartAsync(id, end));
        yield return Move("stop", "Begin no more jobs of a batch.", (batches, id, end) => batches.StopAsync(id, end));
        yield return Pause();
        yield return Move("resume", "End a pause; approves a canary.", (batches, id, end) => batches.ResumeAsync(id, end));
        yield return Move("retry-failed", "Run a batch's failed jobs again.", (batches, id, end) => batches.RetryFailedAsync(id, end));
    }

    private static Command Move(string name, string description, Func<BatchesClient, Guid, CancellationToken, Task<Batch>> move)
    {
        var batch = Arguments.Batch();
        return new Command(name, description) { batch }.Does(async (session, parsed, cancellationToken) =>
            Tell(session, await move(session.Platform.Batches, parsed.GetRequiredValue(batch), cancellationToken)));
    }

    private static Command Pause()
    {
        var batch = Arguments.Batch();
        var reason = new Option<string?>("--reason") { Description = "Why; others see it.", HelpName = "TEXT" };
        return new Command("pause", "Make a batch's jobs wait.") { batch, reason }.Does(async (session, parsed, cancellationToken) =>
            Tell(session, await session.Platform.Batches.PauseAsync(parsed.GetRequiredValue(batch), parsed.GetValue(reason), cancellationToken)));
    }

    private static void Tell(Session session, Batch batch) =>
        session.Output.Tell(batch, $"Batch {batch.Id} is {batch.State}{(batch.Paused ? " and paused" : "")}.");
}
