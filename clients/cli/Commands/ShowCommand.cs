using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Shows one batch.</summary>
internal static class ShowCommand
{
    public static Command Make()
    {
        var batch = Arguments.Batch();
        return new Command("show", "Show one batch.") { batch }.Does(async (session, parsed, cancellationToken) =>
            session.Output.Show(await session.Platform.Batches.GetAsync(parsed.GetRequiredValue(batch), cancellationToken), Members));
    }

    private static readonly Column<Batch>[] Members =
    [
        new("Id", batch => batch.Id),
        new("Number", batch => batch.Number),
        new("Name", batch => batch.Name),
        new("Tenant", batch => batch.Tenant),
        new("State", batch => batch.Paused ? $"{batch.State}, paused: {batch.PauseReason}" : batch.State),
        new("Jobs", batch => batch.Counts.Total),
        new("Pending", batch => batch.Counts.Pending),
        new("Queued", batch => batch.Counts.Queued),
        new("Processing", batch => batch.Counts.Processing),
        new("Completed", batch => batch.Counts.Completed),
        new("Failed", batch => batch.Counts.Failed),
        new("Pace", batch => batch.Step().Pace),
        new("Run", batch => batch.Run),
        new("Priority", batch => batch.Options.Priority),
        new("Callback", batch => batch.Callback?.Url),
        new("Next run", batch => batch.NextRunAt),
        new("Created", batch => batch.CreatedAt),
        new("Committed", batch => batch.CommittedAt),
        new("Started", batch => batch.StartedAt),
        new("Ended", batch => batch.EndedAt),
    ];
}
