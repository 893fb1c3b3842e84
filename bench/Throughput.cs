using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>One batch of many no-op jobs with about 200 bytes of params and of response each.</summary>
internal sealed class Throughput(Target target, int jobs, int runs)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var body = Body();
        var rates = new List<double>();
        for (var run = 1; run <= runs; run++)
        {
            rates.Add(await OneAsync(run, body, cancellationToken));
        }

        Console.WriteLine($"{target.Name,-11} median of {runs}: {rates.Order().ElementAt(runs / 2):N0} jobs/s (cold: {rates[0]:N0})");
    }

    private async Task<double> OneAsync(int run, byte[] body, CancellationToken cancellationToken)
    {
        var cpu = target.Processes.Sum(process => process.CpuSeconds);
        var clock = Stopwatch.StartNew();
        var id = await CreateAsync(cancellationToken);
        await SubmitAsync(id, body, cancellationToken);
        var submitted = clock.Elapsed;
        (await target.Client.PostAsync($"/v1/batches/{id}/commit", content: null, cancellationToken)).EnsureSuccessStatusCode();
        await FinishedAsync(id, cancellationToken);
        var total = clock.Elapsed;
        cpu = target.Processes.Sum(process => process.CpuSeconds) - cpu;
        Console.WriteLine(
            $"{target.Name,-11} run {run}: {jobs:N0} jobs in {total.TotalSeconds:0.000} s = {jobs / total.TotalSeconds:N0} jobs/s; "
            + $"submit {submitted.TotalSeconds:0.000} s; CPU {cpu:0.00} s = {cpu * 1e6 / jobs:0.0} us/job");
        return jobs / total.TotalSeconds;
    }

    private async Task<string> CreateAsync(CancellationToken cancellationToken)
    {
        using var answer = await target.Client.PostAsJsonAsync("/v1/batches", new { name = "bench" }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!;
    }

    private async Task SubmitAsync(string id, byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await target.Client.PostAsync($"/v1/batches/{id}/jobs", content, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private async Task FinishedAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await target.Client.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}", cancellationToken);
            if (batch.GetProperty("state").GetString() == "Finished")
            {
                var completed = batch.GetProperty("counts").GetProperty("completed").GetInt32();
                if (completed != jobs)
                {
                    throw new InvalidOperationException($"{completed} of {jobs} jobs completed.");
                }

                return;
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    private byte[] Body()
    {
        var note = new string('y', 180);
        var text = new StringBuilder(jobs * 250);
        for (var i = 0; i < jobs; i++)
        {
            text.Append("{\"namespace\":\"bench\",\"action\":\"noop\",\"params\":{\"n\":").Append(i).Append(",\"note\":\"").Append(note).Append("\"}}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
