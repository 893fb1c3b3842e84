using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>How something is done to many: first counted, then asked for.</summary>
internal sealed class BulkOptions
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only count them." };
    private readonly Option<int?> _maxPerSecond = new("--max-per-second") { Description = "So many a second, at most.", HelpName = "COUNT" };
    private readonly Option<bool> _yes = Arguments.Yes();

    public void AddTo(Command command)
    {
        command.Add(_dryRun);
        command.Add(_maxPerSecond);
        command.Add(_yes);
    }

    /// <summary>Counts, asks for the count unless told not to, and begins.</summary>
    public async Task RunAsync(Session session, ParseResult parsed, string what, Func<Task<ActionPreview>> count, Func<int?, Task<BulkAction>> start, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_dryRun))
        {
            var preview = await count();
            session.Output.Tell(preview, $"{InWords(preview)}.");
            return;
        }

        if (!parsed.GetValue(_yes))
        {
            var preview = await count();
            await Questions.ConfirmAsync($"{InWords(preview)}: {what}.", $"{preview.Matched}", cancellationToken);
        }

        var action = await start(parsed.GetValue(_maxPerSecond));
        session.Output.Tell(action, $"Begun. See how far it is: bp actions show {action.Id}");
    }

    private static string InWords(ActionPreview preview) => $"{(preview.LowerBound ? "More than " : "")}{preview.Matched} match";
}
