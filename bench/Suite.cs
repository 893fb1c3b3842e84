using System.Net.Http.Json;

namespace BatchPlatform.Bench;

/// <summary>All figures of one shape of the platform, on a fresh and empty one. What each is: docs/benchmarks.md.</summary>
/// <param name="Jobs">In a big batch.</param>
/// <param name="Runs">Big batches, and floods of small ones, after the first, which is cold; the median counts.</param>
/// <param name="HttpJobs">In a big batch of real calls.</param>
/// <param name="WarmUps">One-job batches before those that count.</param>
/// <param name="Singles">One-job batches that count.</param>
/// <param name="Million">Whether a batch of a million jobs is run, too.</param>
/// <param name="HttpServer">A trivial server's origin; null: no real calls.</param>
internal sealed record Suite(int Jobs, int Runs, int HttpJobs, int WarmUps, int Singles, bool Million, string? HttpServer)
{
    private const int ColdSingles = 100;
    private const int SmallBatchCount = 1000;
    private const int MillionJobs = 1_000_000;

    /// <summary>Measures one shape: services or standalone.</summary>
    public async Task RunAsync(string shape, Measured measured, CancellationToken cancellationToken)
    {
        await using var target = await Target.StartAsync(shape);
        var cold = await new Latency(target).RunAsync(ColdSingles, cancellationToken);
        measured.Add($"{shape}.cold_first", cold[0], "ms");
        measured.Add($"{shape}.cold_p99", Latency.Quantile(cold, 0.99), "ms");

        var noops = await new BigBatch(target, "bench", "noop", Jobs).RunAsync(1 + Runs, cancellationToken);
        var warm = noops.Skip(1).ToList();
        measured.Add($"{shape}.noop_cold", noops[0].Rate, "jobs/s");
        measured.Add($"{shape}.noop", Median(warm, run => run.Rate), "jobs/s");
        AddCpu(measured, $"{shape}.noop_cpu", Medians(warm, run => run.Cpu));
        AddCpu(measured, $"{shape}.submit_cpu", Medians(warm, run => run.SubmitCpu));
        measured.Add($"{shape}.submit", Median(warm, run => run.SubmitRate), "jobs/s");
        measured.Add($"{shape}.read_results", Median(warm, run => run.ReadRate), "outcomes/s");
        var small = await new SmallBatches(target, SmallBatchCount).RunAsync(1 + Runs, cancellationToken);
        var warmSmall = small.Skip(1).ToList();
        measured.Add($"{shape}.small_batches_cold", small[0].Rate, "jobs/s");
        measured.Add($"{shape}.small_batches", Median(warmSmall, run => run.Rate), "jobs/s");
        AddCpu(measured, $"{shape}.small_batch_cpu", Medians(warmSmall, run => run.Cpu));
        await CallAsync(target, measured, cancellationToken);

        await new Latency(target).RunAsync(WarmUps, cancellationToken);
        var meter = new CpuMeter(target);
        var singles = await new Latency(target).RunAsync(Singles, cancellationToken);
        AddCpu(measured, $"{shape}.one_job_cpu", meter.Each(Singles));
        measured.Add($"{shape}.one_job_p50", Latency.Quantile(singles, 0.50), "ms");
        measured.Add($"{shape}.one_job_p99", Latency.Quantile(singles, 0.99), "ms");
        if (Million)
        {
            var million = await new BigBatch(target, "bench", "noop", MillionJobs).RunAsync(1, cancellationToken);
            measured.Add($"{shape}.million", million[0].Rate, "jobs/s");
            measured.Add($"{shape}.million_peak_rss", target.Processes.Max(process => process.PeakMebibytes), "MiB");
        }

        target.PrintProcesses();
    }

    private async Task CallAsync(Target target, Measured measured, CancellationToken cancellationToken)
    {
        if (HttpServer is null)
        {
            return;
        }

        var upstream = new { base_url = HttpServer, limits = new { concurrency = 256 }, actions = new { call = new { method = "POST", path = "/job", body = "json" } } };
        using var answer = await target.Client.PutAsJsonAsync("/v1/upstreams/trivial", upstream, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var calls = await new BigBatch(target, "trivial", "call", HttpJobs).RunAsync(1 + Runs, cancellationToken);
        var warm = calls.Skip(1).ToList();
        measured.Add($"{target.Name}.http_jobs", Median(warm, run => run.Rate), "jobs/s");
        AddCpu(measured, $"{target.Name}.http_cpu", Medians(warm, run => run.Cpu));
    }

    private static void AddCpu(Measured measured, string name, IReadOnlyDictionary<string, double> cpu)
    {
        foreach (var (process, microseconds) in cpu)
        {
            measured.Add($"{name}.{process}", microseconds, "us");
        }
    }

    private static Dictionary<string, double> Medians<T>(List<T> runs, Func<T, IReadOnlyDictionary<string, double>> of) =>
        of(runs[0]).Keys.ToDictionary(process => process, process => Median(runs, run => of(run)[process]));

    private static double Median<T>(IEnumerable<T> runs, Func<T, double> of)
    {
        var sorted = runs.Select(of).Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
