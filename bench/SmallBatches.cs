using System.Diagnostics;

namespace BatchPlatform.Bench;

/// <summary>How fast one flood of small batches went.</summary>
/// <param name="Rate">Jobs per second, from the first byte submitted to the last batch Finished.</param>
/// <param name="Cpu">Microseconds of CPU per batch until then, by process.</param>
internal sealed record SmallRun(double Rate, IReadOnlyDictionary<string, double> Cpu);

/// <summary>Many batches of ten no-op jobs at once, each in one POST, from the first byte submitted to the last of them Finished.</summary>
internal sealed class SmallBatches(Target target, int batches)
{
    public const int JobsEach = 10;
    public const int ClientsAtOnce = 32;

    private readonly BatchClient _client = new(target.Client);
    private readonly byte[] _batch = Jobs.Batch("bench", "noop", JobsEach);

    /// <summary>So many floods, one after another.</summary>
    public async Task<IReadOnlyList<SmallRun>> RunAsync(int runs, CancellationToken cancellationToken)
    {
        var done = new List<SmallRun>();
        while (done.Count < runs)
        {
            done.Add(await OneAsync(cancellationToken));
            Console.WriteLine($"{target.Name,-11} {batches} batches of {JobsEach} at once, run {done.Count}: {done[^1].Rate:N0} jobs/s; CPU {done[^1].Cpu.Values.Sum():N0} us/batch");
        }

        return done;
    }

    private async Task<SmallRun> OneAsync(CancellationToken cancellationToken)
    {
        var ids = new string[batches];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ClientsAtOnce, CancellationToken = cancellationToken };
        var (meter, clock) = (new CpuMeter(target), Stopwatch.StartNew());
        await Parallel.ForAsync(0, batches, options, async (i, token) => ids[i] = await _client.RunAsync(_batch, token));
        foreach (var id in ids)
        {
            await _client.FinishedAsync(id, JobsEach, cancellationToken);
        }

        var (rate, cpu) = (batches * JobsEach / clock.Elapsed.TotalSeconds, meter.Each(batches));
        await Parallel.ForEachAsync(ids, options, async (id, token) => await _client.CheckResultsAsync(id, JobsEach, token));
        return new SmallRun(rate, cpu);
    }
}
