using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Callbacks owed and sent.</summary>
internal static class CallbacksCommand
{
    public static Command Make() => new("callbacks", "Callbacks owed and sent.") { List(), Resend() };

    private static Command List()
    {
        var batch = Arguments.Batch();
        return new Command("list", "List a batch's callbacks, newest first.") { batch }.Does((session, parsed, cancellationToken) =>
            session.Output.ListAsync(session.Platform.Deliveries.ListAsync(parsed.GetRequiredValue(batch), cancellationToken), "The batch has owed no callback.", Columns));
    }

    private static Command Resend()
    {
        var callback = new Argument<Guid?>("CALLBACK") { Description = "The callback's id.", Arity = ArgumentArity.ZeroOrOne };
        var from = Arguments.Time("--from", "Instead of one: those that failed or were held back, owed since then.");
        var to = Arguments.Time("--to", "Until then; now unless given.");
        var command = new Command("resend", "Send a callback again, whatever became of it; or all that failed in a time range.") { callback, from, to };
        command.Validators.Add(given =>
        {
            if (given.GetResult(callback) is { Tokens.Count: > 0 } == given.GetResult(from) is not null)
            {
                given.AddError("Give either a callback's id or --from.");
            }
        });
        return command.Does(async (session, parsed, cancellationToken) =>
        {
            var count = 1;
            if (parsed.GetValue(from) is { } begin)
            {
                count = await session.Platform.Deliveries.ResendAsync(begin, parsed.GetValue(to) ?? TimeProvider.System.GetUtcNow(), cancellationToken);
            }
            else
            {
                await session.Platform.Deliveries.ResendAsync(parsed.GetValue(callback)!.Value, cancellationToken);
            }

            session.Output.Tell(new { Callbacks = count }, $"{count} callback{(count == 1 ? " is" : "s are")} sent again.");
        });
    }

    private static readonly Column<Delivery>[] Columns =
    [
        new("ID", callback => callback.Id),
        new("EVENT", callback => callback.Event),
        new("STATE", callback => callback.State),
        new("ATTEMPTS", callback => callback.Attempts.Count, IsNumber: true),
        new("LAST ANSWER", callback => callback.Attempts.Count == 0 ? null : callback.Attempts[^1].StatusCode?.ToString() ?? callback.Attempts[^1].Answer),
        new("NEXT", callback => callback.NextAttemptAt),
        new("OWED SINCE", callback => callback.CreatedAt),
        new("URL", callback => callback.Url),
    ];
}
