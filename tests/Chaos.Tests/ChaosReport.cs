using System.Globalization;
using BatchPlatform.Testing.Ledger;

namespace BatchPlatform.Chaos.Tests;

/// <summary>What a chaos run came to.</summary>
/// <param name="Options">How it was made.</param>
/// <param name="Ledger">What became of everything accepted.</param>
/// <param name="Recovery">By kind of fault: how long a batch took that was made once the fault had ended.</param>
/// <param name="TimeToEnd">From the last fault's end until everything accepted had ended.</param>
/// <param name="Repeated">Requests that clients had to repeat.</param>
/// <param name="EndedByThemselves">Processes that ended though nobody killed them, with their last words.</param>
internal sealed record ChaosReport(
    ChaosOptions Options,
    LedgerReport Ledger,
    IReadOnlyDictionary<string, List<TimeSpan>> Recovery,
    TimeSpan TimeToEnd,
    int Repeated,
    IReadOnlyList<string> EndedByThemselves)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join('\n',
    [
        Line($"{Options.Length.TotalMinutes:0.#} minutes with BP_CHAOS_SEED={Options.Seed}"),
        Line($"{"fault",-22} {"injected",8} {"recovered within",17}"),
        .. Recovery.OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => Line($"{kind.Key,-22} {kind.Value.Count,8} {kind.Value.Max().TotalSeconds,15:0.0} s")),
        Line($"everything accepted had ended {TimeToEnd.TotalSeconds:0.0} s after the last fault; {Repeated} requests were repeated; {EndedByThemselves.Count} processes ended by themselves"),
        .. Ledger.Lines,
        .. EndedByThemselves,
    ]);

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
