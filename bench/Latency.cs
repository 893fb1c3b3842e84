using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>One job in one POST (<c>jobs</c> inline, <c>commit: true</c>), until GET says Finished; one batch after another.</summary>
internal sealed class Latency(Target target)
{
    /// <summary>So many batches; how long each took, in milliseconds, in order.</summary>
    public async Task<IReadOnlyList<double>> RunAsync(int batches, CancellationToken cancellationToken)
    {
        var (times, answers) = (new List<double>(batches), new List<double>(batches));
        while (times.Count < batches)
        {
            var clock = Stopwatch.StartNew();
            answers.Add(await OneAsync(times.Count, clock, cancellationToken));
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine(
            $"{target.Name,-11} one-job batch, POST to Finished, {batches} times: first {times[0]:0.0} ms, p50 {Quantile(times, 0.50):0.0} ms, p99 {Quantile(times, 0.99):0.0} ms; "
            + $"answered after {Quantile(answers, 0.50):0.0} ms (p50)");
        return times;
    }

    /// <summary>The time that this share of them did not exceed.</summary>
    public static double Quantile(IReadOnlyList<double> times, double share) => times.Order().ElementAt((int)(share * (times.Count - 1)));

    // How long the POST took, in milliseconds.
    private async Task<double> OneAsync(int n, Stopwatch clock, CancellationToken cancellationToken)
    {
        using var answer = await target.Client.PostAsJsonAsync(
            "/v1/batches",
            new { commit = true, jobs = new[] { new { @namespace = "bench", action = "noop", @params = new { n } } } },
            cancellationToken);
        var answered = clock.Elapsed.TotalMilliseconds;
        var id = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
        var batch = await target.Client.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}?wait=60", cancellationToken);
        return batch.GetProperty("state").GetString() == "Finished" ? answered : throw new InvalidOperationException($"Not Finished within a minute: {batch}");
    }
}
