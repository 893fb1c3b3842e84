namespace BatchPlatform.Testing.Ledger;

/// <summary>What has been found so far.</summary>
internal sealed class Findings
{
    private readonly List<string> _contradictions = [];

    public int Jobs { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    public int Waiting { get; set; }

    public int Lost { get; set; }

    public int CountedTwice { get; set; }

    public int ExecutedTwice { get; set; }

    public int Unlogged { get; set; }

    public void Contradict(string what) => _contradictions.Add(what);

    public LedgerReport Report(int batches, IReadOnlyList<CallbackNote> callbacks) => new(
        batches,
        Jobs,
        Completed,
        Failed,
        Waiting,
        Lost,
        CountedTwice,
        ExecutedTwice,
        Unlogged,
        callbacks.Count,
        callbacks.Count - callbacks.DistinctBy(note => note.WebhookId).Count(),
        _contradictions);
}
