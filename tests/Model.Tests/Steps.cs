using BatchPlatform.Contracts;

namespace BatchPlatform.Model.Tests;

/// <summary>What a sequence may do.</summary>
internal enum Verb
{
    Append,
    AppendOutdated,
    Patch,
    PatchDocument,
    Commit,
    Start,
    Stop,
    Pause,
    Unpause,
    RetryFailed,
    Cancel,
    Fire,
    FireAgain,
    Delete,
    DeleteByForce,
    Repeat,
    Heartbeat,
    Report,
    ReportOfOldRun,
    TryAgain,
    HandBack,
}

/// <summary>One step. It means something in every state, so that any step can be left out of a sequence.</summary>
/// <param name="Verb">What.</param>
/// <param name="Number">How many, or which: jobs to append or to report, the job to cancel.</param>
/// <param name="Bits">Of the jobs reported: a bit that is set is a failure.</param>
internal sealed record Step(Verb Verb, int Number, int Bits)
{
    public override string ToString() => $"{Verb} {Number} {Bits:b4}";
}

/// <summary>A batch and what is done to it.</summary>
internal sealed record Sequence(Creation Made, IReadOnlyList<Step> Steps)
{
    // Work is what leads somewhere; deletes are the end.
    private static readonly (Verb Verb, int Weight)[] Weights =
    [
        (Verb.Append, 5), (Verb.AppendOutdated, 1), (Verb.Patch, 2), (Verb.PatchDocument, 1), (Verb.Commit, 6), (Verb.Start, 6), (Verb.Stop, 5),
        (Verb.Pause, 3), (Verb.Unpause, 4), (Verb.RetryFailed, 5), (Verb.Cancel, 3), (Verb.Fire, 4), (Verb.FireAgain, 1), (Verb.Delete, 1),
        (Verb.DeleteByForce, 1), (Verb.Repeat, 3), (Verb.Heartbeat, 2), (Verb.Report, 24), (Verb.ReportOfOldRun, 2), (Verb.TryAgain, 3), (Verb.HandBack, 3),
    ];

    /// <summary>The sequence of a seed.</summary>
    public static Sequence Of(int seed)
    {
        var random = new Random(seed);
        var overlap = random.Next(3) == 0 ? (OverlapPolicy?)random.Next(3) : null;
        var made = new Creation(
            Jobs: random.Next(7), Commit: random.Next(3) == 0, Recurring: random.Next(4) == 0, StopOnError: random.Next(4) == 0,
            Canary: random.Next(4) == 0 ? random.Next(1, 4) : 0, Budget: random.Next(4) == 0, BudgetPauses: random.Next(2) == 0, overlap);
        var verbs = Weights.SelectMany(weight => Enumerable.Repeat(weight.Verb, weight.Weight)).ToArray();
        var steps = Enumerable.Range(0, random.Next(5, 25)).Select(_ => new Step(verbs[random.Next(verbs.Length)], random.Next(1, 7), random.Next(2) == 0 ? 0 : random.Next(16)));
        return new Sequence(made, [.. steps]);
    }

    public override string ToString() => $"{Made}\n{string.Join('\n', Steps)}";
}
