namespace BatchPlatform.Testing.Ledger;

/// <summary>Holds what the receiver noted against how the batches ended.</summary>
internal sealed class CallbackCheck(IReadOnlyList<CallbackNote> notes, Findings findings)
{
    private readonly ILookup<Guid, CallbackNote> _byBatch = notes.ToLookup(note => note.Batch);

    /// <summary>One batch that is there.</summary>
    public void Check(AcceptedBatch accepted, BatchFacts batch)
    {
        if (!accepted.HasCallback)
        {
            return;
        }

        if (EndOf(batch.State) is { } end && !_byBatch[batch.Id].Any(note => note.Event == end && (note.Run == batch.Run || note.Run == 0)))
        {
            findings.Contradict($"{accepted.Kind} {batch.Id:D} is {batch.State} and was never called back with {end} of run {batch.Run}");
        }

        foreach (var told in _byBatch[batch.Id].Where(note => note.Run > 0).GroupBy(note => (note.Event, note.Run)))
        {
            var ids = told.Select(note => note.WebhookId).Distinct(StringComparer.Ordinal).Count();
            if (ids > Most(told.Key.Event, accepted))
            {
                findings.Contradict($"{accepted.Kind} {batch.Id:D} was called back with {told.Key.Event} of run {told.Key.Run} under {ids} webhook-ids");
            }
        }
    }

    /// <summary>Callbacks that nobody asked for, and such as share what must be their own.</summary>
    public void CheckAll(IReadOnlyCollection<AcceptedBatch> accepted)
    {
        var wanted = accepted.Where(batch => batch.HasCallback).Select(batch => batch.Id).ToHashSet();
        foreach (var stranger in _byBatch.Where(batch => !wanted.Contains(batch.Key)))
        {
            findings.Contradict($"batch {stranger.Key:D} was called back and has no callback");
        }

        foreach (var shared in notes.GroupBy(note => note.WebhookId).Where(id => id.Select(note => (note.Batch, note.Event, note.Run)).Distinct().Count() > 1))
        {
            findings.Contradict($"webhook-id {shared.Key} stands for several events");
        }
    }

    private static string? EndOf(string state) => state switch
    {
        "Finished" => "batch.finished",
        "Stopped" => "batch.stopped",
        _ => null,
    };

    private static int Most(string told, AcceptedBatch accepted) => told switch
    {
        "batch.finished" => 1,
        "batch.stopped" => accepted.MostStops,
        _ => int.MaxValue,
    };
}
