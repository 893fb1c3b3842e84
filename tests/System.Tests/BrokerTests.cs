using System.Text.Json;
using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The broker ends every connection while a batch runs, as it does when it is restarted.</summary>
[Collection(nameof(Alone))]
public sealed class BrokerTests(SamplePlatform platform, ITestOutputHelper output) : IClassFixture<SamplePlatform>
{
    private const int Jobs = 8000;

    private HttpClient Broker => platform.Services.Bus.Api;

    [Fact]
    public async Task A_batch_outlives_its_connections_and_counts_each_job_once()
    {
        var id = await platform.SubmitAsync(Jobs);
        for (var cut = 1; cut <= 3; cut++)
        {
            var before = await EndedAsync(id);
            // All of them may have ended before the last cut.
            await GoesOnUntilAsync(async () => await EndedAsync(id) >= Math.Min(before + 100, Jobs));
            await CutAsync();
        }

        await GoesOnUntilAsync(async () => (await platform.BatchAsync(id)).GetProperty("state").GetString() == "Finished");
        var results = await platform.ResultsAsync(id);
        Assert.Equal(Enumerable.Range(0, Jobs), results.Select(result => result.GetProperty("index").GetInt32()).Order());
    }

    // A process whose bus is stuck ends, to be started again.
    private async Task GoesOnUntilAsync(Func<Task<bool>> condition)
    {
        try
        {
            await Eventually.True(
                async () =>
                {
                    await platform.Services.ReviveAsync();
                    return await condition();
                },
                timeout: TimeSpan.FromSeconds(120));
        }
        catch
        {
            foreach (var process in platform.Services.All)
            {
                output.WriteLine($"--- {process.Project}\n{process.Output}");
            }

            throw;
        }
    }

    private async Task<int> EndedAsync(string id)
    {
        var counts = (await platform.BatchAsync(id)).GetProperty("counts");
        return counts.GetProperty("completed").GetInt32() + counts.GetProperty("failed").GetInt32();
    }

    // The list is some seconds old: a connection may be missing, or be gone.
    private async Task CutAsync()
    {
        var cut = 0;
        await Eventually.True(
            async () =>
            {
                foreach (var connection in JsonDocument.Parse(await Broker.GetStringAsync($"vhosts/{platform.Services.Bus.Name}/connections")).RootElement.EnumerateArray())
                {
                    using var answer = await Broker.DeleteAsync(new Uri($"connections/{Uri.EscapeDataString(connection.GetProperty("name").GetString()!)}", UriKind.Relative));
                    cut += answer.IsSuccessStatusCode ? 1 : 0;
                }

                return cut > 0;
            },
            timeout: TimeSpan.FromSeconds(60));
    }
}
