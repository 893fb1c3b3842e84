using System.Globalization;

namespace BatchPlatform.Testing.Ledger;

/// <summary>What a ledger came to.</summary>
/// <param name="Batches">Accepted.</param>
/// <param name="Jobs">Accepted, of batches that are still there.</param>
/// <param name="Completed">Jobs by their last outcome.</param>
/// <param name="Failed">Jobs by their last outcome.</param>
/// <param name="Waiting">Jobs without an outcome that the platform says are still to be run: of stopped batches, and of such as were not committed.</param>
/// <param name="Lost">Accepted jobs of which the platform knows nothing.</param>
/// <param name="CountedTwice">Outcomes too many.</param>
/// <param name="ExecutedTwice">Calls too many that took effect, or may have: counted, not held against anybody.</param>
/// <param name="Unlogged">Completed jobs whose call is missing in the upstream's log, where that may have lost its end.</param>
/// <param name="Callbacks">That arrived.</param>
/// <param name="CallbacksAgain">Of these, with a <c>webhook-id</c> that had arrived before.</param>
/// <param name="Contradictions">In words, each with the batch that it is about; empty when the ledger holds.</param>
public sealed record LedgerReport(
    int Batches,
    int Jobs,
    int Completed,
    int Failed,
    int Waiting,
    int Lost,
    int CountedTwice,
    int ExecutedTwice,
    int Unlogged,
    int Callbacks,
    int CallbacksAgain,
    IReadOnlyList<string> Contradictions)
{
    private const int Shown = 50;

    /// <summary>Nothing was lost, counted twice or otherwise contradictory.</summary>
    public bool Holds => Contradictions.Count == 0 && Lost == 0 && CountedTwice == 0;

    /// <summary>For a person: the numbers in two lines, then the first fifty contradictions.</summary>
    public IReadOnlyList<string> Lines =>
    [
        string.Create(CultureInfo.InvariantCulture, $"jobs {Jobs} in {Batches} batches: {Completed} completed, {Failed} failed, {Waiting} waiting"),
        string.Create(CultureInfo.InvariantCulture, $"lost {Lost}, counted twice {CountedTwice}, executed twice {ExecutedTwice}, unlogged {Unlogged}, callbacks {Callbacks}, of these again {CallbacksAgain}"),
        .. Contradictions.Take(Shown),
        .. Contradictions.Count > Shown ? [string.Create(CultureInfo.InvariantCulture, $"and {Contradictions.Count - Shown} more")] : Array.Empty<string>(),
    ];

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Lines);
}
