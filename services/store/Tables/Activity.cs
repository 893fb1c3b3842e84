namespace BatchPlatform.Store.Tables;

/// <summary>
/// Outcomes of one tenant that one orchestrator stored within one step, and what it saw waiting then. For people who watch: written once the step is over, so
/// that a crash leaves its last seconds out; what counts is each run's counts. Written by the orchestrator, and removed by it.
/// </summary>
public sealed class ActivityStep
{
    /// <summary>What one step covers; steps begin at its multiples.</summary>
    public const int Seconds = 10;

    public string Tenant { get; set; } = "";

    /// <summary>When the step began, UTC.</summary>
    public DateTime At { get; set; }

    /// <summary>The process that counted.</summary>
    public Guid Orchestrator { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    /// <summary>How long the last call of each of these jobs took; those that failed without one are left out.</summary>
    public CallDurations Durations { get; set; } = CallDurations.None;

    /// <summary>Jobs of batches under way that were in no slice when the orchestrator looked; so with the others.</summary>
    public long Pending { get; set; }

    /// <summary>Jobs in slices that no worker had yet.</summary>
    public long Queued { get; set; }

    /// <summary>Jobs in slices that workers had.</summary>
    public long Processing { get; set; }
}

/// <summary>How many calls took how long, by classes; immutable.</summary>
/// <param name="Counts">For each class in order; those after the last that has any are left out.</param>
public sealed record CallDurations(IReadOnlyList<int> Counts)
{
    // The classes' upper bounds in milliseconds. The longest call takes ten minutes.
    private static readonly int[] Bounds =
        [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 20_000, 50_000, 100_000, 600_000];

    /// <summary>No calls.</summary>
    public static CallDurations None { get; } = new([]);

    /// <summary>Of calls that took so many milliseconds.</summary>
    public static CallDurations Of(IEnumerable<int> milliseconds)
    {
        var counts = new int[Bounds.Length];
        foreach (var duration in milliseconds)
        {
            var place = Array.BinarySearch(Bounds, duration);
            counts[Math.Min(place < 0 ? ~place : place, Bounds.Length - 1)]++;
        }

        return new CallDurations(Trimmed(counts));
    }

    /// <summary>These calls and others.</summary>
    public CallDurations With(CallDurations others) =>
        new([.. Enumerable.Range(0, Math.Max(Counts.Count, others.Counts.Count)).Select(i => Counts.ElementAtOrDefault(i) + others.Counts.ElementAtOrDefault(i))]);

    /// <summary>What such a share of the calls did not exceed, in milliseconds, to the width of a class; null without calls.</summary>
    public double? Quantile(double share)
    {
        var (wanted, passed) = (share * Counts.Sum(count => (long)count), 0L);
        for (var i = 0; i < Counts.Count; i++)
        {
            if (Counts[i] > 0 && passed + Counts[i] >= wanted)
            {
                var below = i == 0 ? 0 : Bounds[i - 1];
                return below + ((Bounds[i] - below) * (wanted - passed) / Counts[i]);
            }

            passed += Counts[i];
        }

        return null;
    }

    /// <summary>As the store keeps them.</summary>
    public override string ToString() => string.Join(',', Counts);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static CallDurations Parse(string text) => text.Length == 0 ? None : new(Array.ConvertAll(text.Split(','), int.Parse));

    private static int[] Trimmed(int[] counts) => counts[..(Array.FindLastIndex(counts, count => count > 0) + 1)];
}
