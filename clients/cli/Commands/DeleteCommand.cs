using System.CommandLine;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Deletes a batch.</summary>
internal static class DeleteCommand
{
    public static Command Make()
    {
        var batch = Arguments.Batch();
        var force = new Option<bool>("--force") { Description = "Also while it runs: it is stopped first." };
        var yes = Arguments.Yes();
        return new Command("delete", "Delete a batch with all its data; asks for its name, or its number where it has none.") { batch, force, yes }
            .Does(async (session, parsed, cancellationToken) =>
            {
                var id = parsed.GetRequiredValue(batch);
                if (!parsed.GetValue(yes))
                {
                    var found = await session.Platform.Batches.GetAsync(id, cancellationToken);
                    var called = string.IsNullOrWhiteSpace(found.Name) ? $"{found.Number}" : found.Name.Trim();
                    await Questions.ConfirmAsync($"Batch {called} and its {found.Counts.Total} jobs will be gone, with all results.", called, cancellationToken);
                }

                await session.Platform.Batches.DeleteAsync(id, parsed.GetValue(force), cancellationToken);
                session.Output.Tell(new { Deleted = id }, $"Batch {id} is deleted.");
            });
    }
}
