using System.Diagnostics;

namespace BatchPlatform.Bench;

/// <summary>Many batches of ten no-op jobs at once, each in one POST, from the first byte submitted to the last of them Finished.</summary>
internal sealed class SmallBatches(Target target, int batches)
{
    public const int JobsEach = 10;
    public const int ClientsAtOnce = 32;

    private readonly BatchClient _client = new(target.Client);
    private readonly byte[] _batch = Jobs.Batch("bench", "noop", JobsEach);

    /// <summary>Jobs per second, and microseconds of CPU per batch until Finished, by process.</summary>
    public async Task<(double Rate, IReadOnlyDictionary<string, double> Cpu)> RunAsync(CancellationToken cancellationToken)
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
        Console.WriteLine($"{target.Name,-11} {batches} batches of {JobsEach} at once: {rate:N0} jobs/s");
        return (rate, cpu);
    }
}
