using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>One action on all batches, or all jobs of a batch, that a filter matches.</summary>
internal static class ActionsCommand
{
    public static Command Make() => new("actions", "One action on all batches, or all jobs of a batch, that a filter matches.")
    {
        Batches(), Jobs(), List(), Show(), Cancel(),
    };

    private static Command Batches()
    {
        var action = Action<BatchAction>();
        var filter = new BatchFilterOptions();
        var bulk = new BulkOptions();
        var force = new Option<bool>("--force") { Description = "With delete: running ones, too." };
        var command = new Command("batches", "Act on all batches that the options match.") { action, force };
        filter.AddTo(command);
        bulk.AddTo(command);
        return command.Does((session, parsed, cancellationToken) =>
        {
            var (what, which) = (Arguments.Of<BatchAction>(parsed.GetValue(action))!.Value, filter.Of(parsed));
            return bulk.RunAsync(
                session,
                parsed,
                $"{parsed.GetValue(action)} batches",
                () => session.Platform.Actions.PreviewAsync(what, which, cancellationToken),
                rate => session.Platform.Actions.StartAsync(what, which, rate, parsed.GetValue(force), cancellationToken),
                cancellationToken);
        });
    }

    private static Command Jobs()
    {
        var action = Action<JobAction>();
        var batch = Arguments.Batch();
        var filter = new JobFilterOptions();
        var bulk = new BulkOptions();
        var command = new Command("jobs", "Act on all jobs of a batch that the options match.") { action, batch };
        filter.AddTo(command);
        bulk.AddTo(command);
        return command.Does((session, parsed, cancellationToken) =>
        {
            var (what, id, which) = (Arguments.Of<JobAction>(parsed.GetValue(action))!.Value, parsed.GetRequiredValue(batch), filter.Of(parsed));
            return bulk.RunAsync(
                session,
                parsed,
                $"{parsed.GetValue(action)} jobs",
                () => session.Platform.Actions.PreviewAsync(what, id, which, cancellationToken),
                rate => session.Platform.Actions.StartAsync(what, id, which, rate, cancellationToken),
                cancellationToken);
        });
    }

    private static Command List() => new Command("list", "List bulk actions, newest first.").Does((session, _, cancellationToken) =>
        session.Output.ListAsync(session.Platform.Actions.ListAsync(cancellationToken), "There was no bulk action yet.", Columns));

    private static Command Show()
    {
        var id = Arguments.Id("ACTION", "The bulk action's id.");
        return new Command("show", "Show how far a bulk action is.") { id }.Does(async (session, parsed, cancellationToken) =>
            session.Output.Show(await session.Platform.Actions.GetAsync(parsed.GetRequiredValue(id), cancellationToken), Columns));
    }

    private static Command Cancel()
    {
        var id = Arguments.Id("ACTION", "The bulk action's id.");
        return new Command("cancel", "End a bulk action; what it has done stays done.") { id }.Does(async (session, parsed, cancellationToken) =>
        {
            var action = await session.Platform.Actions.CancelAsync(parsed.GetRequiredValue(id), cancellationToken);
            session.Output.Tell(action, $"{action.State}: it was done to {action.Done} of {action.Matched}.");
        });
    }

    private static Argument<string> Action<T>()
        where T : struct, Enum
    {
        var action = new Argument<string>("WHAT") { Description = $"One of {string.Join(", ", Arguments.NamesOf<T>())}." };
        action.AcceptOnlyFromAmong([.. Arguments.NamesOf<T>()]);
        return action;
    }

    private static readonly Column<BulkAction>[] Columns =
    [
        new("ID", action => action.Id),
        new("TARGET", action => action.Target),
        new("ACTION", action => action.Action),
        new("STATE", action => action.State),
        new("MATCHED", action => action.Matched, IsNumber: true),
        new("DONE", action => action.Done, IsNumber: true),
        new("REFUSED", action => action.Refused, IsNumber: true),
        new("WHY", action => string.Join(", ", action.Refusals.Select(refusal => $"{refusal.Count} {refusal.Code}"))),
        new("CREATED", action => action.CreatedAt),
    ];
}
