namespace BatchPlatform.Model.Tests;

/// <summary>What the model knows of one run: which jobs it owes an outcome, how they ended, and which a worker has.</summary>
internal sealed class ModelRun(int number, IEnumerable<int> jobs)
{
    public int Number => number;

    public SortedSet<int> Jobs { get; } = [.. jobs];

    /// <summary>Jobs that ended: true for completed.</summary>
    public SortedDictionary<int, bool> Ended { get; } = [];

    /// <summary>Jobs that a worker has.</summary>
    public SortedSet<int> Out { get; } = [];

    /// <summary>Jobs that run before the batch waits for approval; 0 for none, or once it was approved.</summary>
    public int Canary { get; set; }

    /// <summary>A worker was seen at work since the last start.</summary>
    public bool Started { get; set; }

    /// <summary>Failed since the last start.</summary>
    public int Failures { get; set; }

    /// <summary>Outcomes, and failures among them, that the failure budget does not count.</summary>
    public (int Ended, int Failed) Before { get; private set; }

    public int Failed => Ended.Values.Count(completed => !completed);

    public bool IsSettled => Ended.Count == Jobs.Count;

    public bool IsCanaryDone => Canary > 0 && Ended.Count >= Canary;

    /// <summary>Jobs that may be sent to workers: all without an outcome, or those of the canary.</summary>
    public IEnumerable<int> Runnable => (Canary > 0 ? Jobs.Take(Canary) : Jobs).Where(job => !Ended.ContainsKey(job));

    /// <summary>The failure budget counts from here.</summary>
    public void Sample() => Before = (Ended.Count, Failed);

    public bool IsOverBudget(Creation made)
    {
        var (ended, failed) = (Ended.Count - Before.Ended, Failed - Before.Failed);
        return made.Budget && ended >= Creation.BudgetMinimum && failed >= ended * Creation.BudgetRate;
    }

    public void End(int job, bool completed)
    {
        Out.Remove(job);
        Ended.Add(job, completed);
        Failures += completed ? 0 : 1;
    }
}
