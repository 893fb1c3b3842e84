using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The broker ends every connection while a batch runs, as it does when it is restarted.</summary>
public sealed class BrokerTests(SamplePlatform platform) : IClassFixture<SamplePlatform>
{
    private const int Jobs = 4000;

    private HttpClient Broker => platform.Services.Bus.Api;

    [Fact]
    public async Task A_batch_outlives_its_connections_and_counts_each_job_once()
    {
        var id = await platform.SubmitAsync(Jobs);
        for (var cut = 1; cut <= 3; cut++)
        {
            var before = await EndedAsync(id);
            await Eventually.True(async () => await EndedAsync(id) > before + 100, timeout: TimeSpan.FromSeconds(60));
            await CutAsync();
        }

        await platform.FinishedAsync(id);
        var results = await platform.ResultsAsync(id);
        Assert.Equal(Enumerable.Range(0, Jobs), results.Select(result => result.GetProperty("index").GetInt32()).Order());
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
