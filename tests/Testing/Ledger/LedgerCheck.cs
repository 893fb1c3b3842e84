namespace BatchPlatform.Testing.Ledger;

/// <summary>
/// Proves from outside that the platform kept its promises: holds what clients were told against the REST API, the sample
/// upstream's log and what a callback receiver noted. The platform must be up, and undisturbed, while it reads.
/// </summary>
/// <param name="client">The platform, with the key of the tenant that all batches belong to.</param>
/// <param name="accepted">All that was accepted.</param>
/// <param name="refused">What was refused.</param>
public sealed class LedgerCheck(HttpClient client, IReadOnlyCollection<AcceptedBatch> accepted, IReadOnlyCollection<RefusedBatch> refused)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly PlatformFacts _platform = new(client);

    /// <summary>The tenant has no batches but these: any other was made behind its client's back.</summary>
    public bool KnowsAll { get; init; } = true;

    /// <summary>What nobody knows the outcome of.</summary>
    public IReadOnlyCollection<GivenUpBatch> GivenUp { get; init; } = [];

    /// <summary>Waits until every committed batch has ended and was called back, or the time is over: then the check says what has not.</summary>
    public async Task WaitAsync(TimeSpan atMost, CallbackReceiver? receiver = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        var waiting = (await AllAsync()).Where(batch => batch is { Committed: true, Deleted: false }).ToList();
        while (true)
        {
            foreach (var batch in waiting.ToList())
            {
                if (await IsOverAsync(batch, receiver))
                {
                    waiting.Remove(batch);
                }
            }

            if (waiting.Count == 0 || TimeProvider.System.GetElapsedTime(began) > atMost)
            {
                return;
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Reads everything, once.</summary>
    /// <param name="calls">What the upstream noted; without it nothing is said of executions.</param>
    /// <param name="callbacks">What the receiver noted.</param>
    public async Task<LedgerReport> RunAsync(UpstreamCalls? calls = null, IReadOnlyList<CallbackNote>? callbacks = null)
    {
        var findings = new Findings();
        var notes = callbacks ?? [];
        var told = new CallbackCheck(notes, findings);
        var jobs = new Dictionary<long, int>();
        var all = await AllAsync();
        foreach (var each in all)
        {
            if (await new BatchCheck(each, _platform, calls, findings).RunAsync() is { } batch)
            {
                jobs[batch.Number] = each.Committed ? each.Jobs : 0;
                told.Check(each, batch);
            }
            else if (each.Number is { } number)
            {
                jobs[number] = each.Jobs;
            }
        }

        told.CheckAll(all);
        await CheckStrangersAsync(all, findings);
        CheckCalls(calls, jobs, findings);
        return findings.Report(all.Count, notes);
    }

    // What was given up and is there counts as accepted.
    private async Task<IReadOnlyCollection<AcceptedBatch>> AllAsync()
    {
        if (GivenUp.Count == 0)
        {
            return accepted;
        }

        var jobs = GivenUp.ToDictionary(batch => batch.Name, batch => batch.Jobs, StringComparer.Ordinal);
        var made = (await _platform.BatchesAsync()).Where(batch => batch.Name is not null && jobs.ContainsKey(batch.Name));
        return [.. accepted, .. made.Select(batch => new AcceptedBatch(batch.Id, jobs[batch.Name!]) { Kind = "given-up", Number = batch.Number })];
    }

    private async Task<bool> IsOverAsync(AcceptedBatch batch, CallbackReceiver? receiver) =>
        await _platform.BatchAsync(batch.Id) is not { } facts // Gone: the check will say so.
        || (facts.State is "Finished" or "Stopped"
            && facts.Counts.Queued + facts.Counts.Processing == 0
            && (receiver is null || !batch.HasCallback || receiver.Notes.Any(note => note.Batch == batch.Id && (note.Run == facts.Run || note.Run == 0) && note.Event != "batch.progress")));

    private async Task CheckStrangersAsync(IReadOnlyCollection<AcceptedBatch> all, Findings findings)
    {
        var known = all.Select(batch => batch.Id).ToHashSet();
        var names = refused.ToDictionary(request => request.Name, request => request.Why, StringComparer.Ordinal);
        foreach (var stranger in (await _platform.BatchesAsync()).Where(batch => !known.Contains(batch.Id)))
        {
            if (stranger.Name is not null && names.TryGetValue(stranger.Name, out var why))
            {
                findings.Contradict($"batch {stranger.Id:D} was refused with {why} and is there");
            }
            else if (KnowsAll)
            {
                findings.Contradict($"batch {stranger.Id:D} is there, and nobody was told that it was accepted");
            }
        }
    }

    private void CheckCalls(UpstreamCalls? calls, Dictionary<long, int> jobs, Findings findings)
    {
        foreach (var batch in (calls?.Executed ?? new Dictionary<JobKey, int>()).GroupBy(call => call.Key.Number))
        {
            var isKnown = jobs.TryGetValue(batch.Key, out var count);
            if (isKnown ? batch.Any(call => call.Key.Index >= count) : KnowsAll)
            {
                findings.Contradict($"the upstream was called for jobs of batch number {batch.Key} that nobody was told were accepted");
            }

            findings.ExecutedTwice += isKnown ? batch.Sum(call => Math.Max(0, call.Value - 1)) : 0;
        }
    }
}
