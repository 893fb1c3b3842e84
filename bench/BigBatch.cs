using System.Diagnostics;

namespace BatchPlatform.Bench;

/// <summary>How fast one batch went.</summary>
/// <param name="Rate">Jobs per second, from the first byte submitted to Finished.</param>
/// <param name="SubmitRate">Jobs per second of the upload alone.</param>
/// <param name="ReadRate">Outcomes per second of reading them all.</param>
/// <param name="Cpu">Microseconds of CPU per job until Finished, by process.</param>
/// <param name="SubmitCpu">Those of the upload.</param>
internal sealed record BigRun(double Rate, double SubmitRate, double ReadRate, IReadOnlyDictionary<string, double> Cpu, IReadOnlyDictionary<string, double> SubmitCpu);

/// <summary>One batch of many jobs, from the first byte submitted to every outcome stored and the batch Finished; then its results are read.</summary>
internal sealed class BigBatch(Target target, string ns, string action, int jobs)
{
    private readonly BatchClient _client = new(target.Client);
    private readonly byte[] _body = Jobs.Ndjson(ns, action, jobs);

    /// <summary>So many, one after another.</summary>
    public async Task<IReadOnlyList<BigRun>> RunAsync(int runs, CancellationToken cancellationToken)
    {
        var done = new List<BigRun>();
        while (done.Count < runs)
        {
            done.Add(await OneAsync(cancellationToken));
            Console.WriteLine(
                $"{target.Name,-11} {ns}/{action} run {done.Count}: {jobs:N0} jobs, {done[^1].Rate:N0} jobs/s; submit {done[^1].SubmitRate:N0}/s; "
                + $"read {done[^1].ReadRate:N0}/s; CPU {done[^1].Cpu.Values.Sum():0.0} us/job");
        }

        return done;
    }

    private async Task<BigRun> OneAsync(CancellationToken cancellationToken)
    {
        HostMemory.TouchFor(jobs);
        var (meter, clock) = (new CpuMeter(target), Stopwatch.StartNew());
        var id = await _client.CreateAsync(cancellationToken);
        await _client.SubmitAsync(id, _body, cancellationToken);
        var (submitted, submitCpu) = (clock.Elapsed, meter.Each(jobs));
        await _client.CommitAsync(id, cancellationToken);
        await _client.FinishedAsync(id, jobs, cancellationToken);
        var total = clock.Elapsed;
        var cpu = meter.Each(jobs);
        clock.Restart();
        await _client.CheckResultsAsync(id, jobs, cancellationToken);
        return new BigRun(jobs / total.TotalSeconds, jobs / submitted.TotalSeconds, jobs / clock.Elapsed.TotalSeconds, cpu, submitCpu);
    }
}
