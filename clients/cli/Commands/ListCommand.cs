using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Lists batches.</summary>
internal static class ListCommand
{
    private const int DefaultLimit = 20;

    public static Command Make()
    {
        var filter = new BatchFilterOptions();
        var sort = new Option<string?>("--sort") { Description = "In which order, as the API names it; newest first unless given.", HelpName = "ORDER" };
        var limit = new Option<int>("--limit") { Description = "So many, at most; 0 for all.", HelpName = "BATCHES", DefaultValueFactory = _ => DefaultLimit };
        var command = new Command("list", "List batches, newest first.") { sort, limit };
        filter.AddTo(command);
        return command.Does((session, parsed, cancellationToken) =>
        {
            var batches = session.Platform.Batches.ListAsync(filter.Of(parsed), parsed.GetValue(sort), cancellationToken);
            var shown = parsed.GetValue(limit) is > 0 and var count ? batches.Take(count) : batches;
            return session.Output.ListAsync(shown, "No batches. Submit one: bp submit FILE", Columns);
        });
    }

    private static readonly Column<Batch>[] Columns =
    [
        new("ID", batch => batch.Id),
        new("NUMBER", batch => batch.Number, IsNumber: true),
        new("NAME", batch => batch.Name),
        new("STATE", batch => batch.Paused ? $"{batch.State}, paused" : batch.State),
        new("JOBS", batch => batch.Counts.Total, IsNumber: true),
        new("COMPLETED", batch => batch.Counts.Completed, IsNumber: true),
        new("FAILED", batch => batch.Counts.Failed, IsNumber: true),
        new("CREATED", batch => batch.CreatedAt),
    ];
}
