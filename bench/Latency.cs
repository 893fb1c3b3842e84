using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>One job in one POST (<c>jobs</c> inline, <c>commit: true</c>), until GET says Finished; one batch after another.</summary>
internal sealed class Latency(Target target, int batches)
{
    // Often enough to see the end within a millisecond or two, seldom enough to leave the processors to the platform.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < batches; i++)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await target.Client.PostAsJsonAsync(
                "/v1/batches",
                new { commit = true, jobs = new[] { new { @namespace = "bench", action = "noop", @params = new { n = i } } } },
                cancellationToken);
            var id = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
            while ((await target.Client.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}", cancellationToken)).GetProperty("state").GetString() != "Finished")
            {
                await Task.Delay(Poll, TimeProvider.System, cancellationToken);
            }

            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine($"{target.Name,-11} one-job batch, POST to Finished, {batches} times: first {times[0]:0.0} ms, p50 {At(times, 0.50):0.0} ms, p99 {At(times, 0.99):0.0} ms");
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(share * (times.Count - 1)));
}
