namespace BatchPlatform.Testing.Ledger;

/// <summary>Holds one batch against what its client was told, and against the upstream's log.</summary>
internal sealed class BatchCheck(AcceptedBatch accepted, PlatformFacts platform, UpstreamCalls? calls, Findings findings)
{
    private static readonly string[] Documented = ["Created", "Committed", "Running", "Stopped", "Finished"];

    /// <summary>What the platform says of the batch; null when it is gone.</summary>
    public async Task<BatchFacts?> RunAsync()
    {
        if (await platform.BatchAsync(accepted.Id) is not { } batch)
        {
            if (!accepted.Deleted)
            {
                findings.Lost += accepted.Jobs;
                Contradict("was accepted and is gone");
            }

            return null;
        }

        findings.Jobs += accepted.Jobs;
        CheckState(batch);
        CheckCounts(batch.Counts);
        await CheckOutcomesAsync(batch);
        await CheckRunsAsync(batch);
        return batch;
    }

    private void CheckState(BatchFacts batch)
    {
        var isRight = accepted.Committed
            ? batch.State == "Finished" || (accepted.MayStop && batch.State == "Stopped")
            : batch.State == "Created";
        if (accepted.Deleted)
        {
            Contradict("was deleted and is still there");
        }
        else if (!Documented.Contains(batch.State))
        {
            Contradict($"is in no documented state: {batch.State}");
        }
        else if (!isRight)
        {
            Contradict(accepted.Committed ? $"has not ended: it is {batch.State}, {batch.Counts}" : $"was never committed and is {batch.State}");
        }

        if (batch.State == "Finished" && batch.Counts.Unfinished > 0)
        {
            Contradict($"is Finished with {batch.Counts.Unfinished} jobs that are not");
        }
    }

    private void CheckCounts(CountFacts counts)
    {
        if (counts.Total != accepted.Jobs)
        {
            Contradict($"has {counts.Total} jobs, and {accepted.Jobs} were accepted");
        }

        if (counts.Unfinished + counts.Completed + counts.Failed != counts.Total)
        {
            Contradict($"has counts that do not add up: {counts}");
        }
    }

    private async Task CheckOutcomesAsync(BatchFacts batch)
    {
        var outcomes = await OutcomesAsync(batch, run: null);
        findings.Completed += outcomes.Completed;
        findings.Failed += outcomes.Failed;
        findings.Waiting += batch.Counts.Unfinished;
        CheckDoubles(outcomes, "results");
        CheckCalled(outcomes);
        if ((outcomes.Completed, outcomes.Failed) != (batch.Counts.Completed, batch.Counts.Failed))
        {
            Contradict($"counts {batch.Counts.Completed} completed and {batch.Counts.Failed} failed jobs, and has results of {outcomes.Completed} and {outcomes.Failed}");
        }

        var lost = accepted.Jobs - outcomes.Distinct - batch.Counts.Unfinished;
        if (lost > 0)
        {
            findings.Lost += lost;
            Contradict($"has no outcome of {lost} jobs, nor are they still to be run");
        }
    }

    private async Task CheckRunsAsync(BatchFacts batch)
    {
        var runs = await platform.RunsAsync(accepted.Id);
        foreach (var run in runs)
        {
            if (run.State == "Settled" && run.Completed + run.Failed != run.Total)
            {
                Contradict($"has a settled run {run.Run} with {run.Completed} + {run.Failed} outcomes of {run.Total}");
            }

            // A single run's results are what the batch shows.
            if (runs.Count > 1)
            {
                var outcomes = await OutcomesAsync(batch, run.Run);
                CheckDoubles(outcomes, $"run {run.Run}");
                if ((outcomes.Completed, outcomes.Failed) != (run.Completed, run.Failed))
                {
                    Contradict($"counts {run.Completed} + {run.Failed} outcomes in run {run.Run}, which has {outcomes.Completed} + {outcomes.Failed}");
                }
            }
        }
    }

    private void CheckDoubles(Outcomes outcomes, string where)
    {
        if (outcomes.Twice > 0)
        {
            findings.CountedTwice += outcomes.Twice;
            Contradict($"has {outcomes.Twice} outcomes too many in its {where}");
        }
    }

    private void CheckCalled(Outcomes outcomes)
    {
        if (outcomes.Uncalled > 0 && calls!.IsWhole)
        {
            Contradict($"has {outcomes.Uncalled} completed jobs that the upstream was never called for");
        }
        else
        {
            findings.Unlogged += outcomes.Uncalled;
        }
    }

    private async Task<Outcomes> OutcomesAsync(BatchFacts batch, int? run)
    {
        var seen = new HashSet<int>();
        var (lines, completed, failed, uncalled) = (0, 0, 0, 0);
        await foreach (var result in platform.ResultsAsync(accepted.Id, run))
        {
            lines++;
            seen.Add(result.Index);
            completed += result.State == "Completed" ? 1 : 0;
            failed += result.State == "Failed" ? 1 : 0;
            uncalled += result.State == "Completed" && !WasCalled(batch, result.Index) ? 1 : 0;
        }

        return new Outcomes(completed, failed, uncalled, seen.Count, lines - seen.Count);
    }

    private bool WasCalled(BatchFacts batch, int index) =>
        calls is null || Enumerable.Range(1, batch.Run).Any(run => calls.Executed.GetValueOrDefault(new JobKey(batch.Number, run, index)) > 0);

    private void Contradict(string what) => findings.Contradict($"{accepted.Kind} {accepted.Id:D} {what}");

    /// <param name="Completed">Lines.</param>
    /// <param name="Failed">Lines.</param>
    /// <param name="Uncalled">Completed ones that the upstream's log knows no call of.</param>
    /// <param name="Distinct">Jobs that have one.</param>
    /// <param name="Twice">Lines of jobs that had one already.</param>
    private sealed record Outcomes(int Completed, int Failed, int Uncalled, int Distinct, int Twice);
}
