using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>Every instance of every service is replaced while clients work, none of whom repeats a request.</summary>
[Collection(nameof(AloneOnOnePlatform))]
public sealed class RollingRestartTests(SamplePlatform platform, ITestOutputHelper output)
{
    private const int Clients = 4;

    [Fact]
    public async Task No_request_fails_and_no_job_is_lost_or_done_twice_while_every_service_is_replaced()
    {
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(number => new BusyClient(platform, uploads: number == 0)).ToList();
        var working = clients.ConvertAll(client => Task.Run(() => client.WorkAsync(stop.Token)));
        foreach (var service in new[] { platform.Services.Orchestrators, platform.Services.Workers, platform.Services.Notifiers, platform.Services.Apis })
        {
            foreach (var process in service.ToList())
            {
                var before = clients.Sum(client => client.Batches.Count);
                var took = await platform.RestartAsync(service, process);
                output.WriteLine($"{process.Project} ended in {took.TotalSeconds:0.0} s");
                await Eventually.True(() => clients.Sum(client => client.Batches.Count) > before + Clients, "work goes on");
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(working);
        output.WriteLine($"{clients.Sum(client => client.Requests)} requests, {clients.Sum(client => client.Batches.Count)} batches");
        Assert.Empty(clients.SelectMany(client => client.Failures));
        var calls = await platform.CallsAsync();
        Assert.All(clients.SelectMany(client => client.Batches), batch =>
            Assert.All(Enumerable.Range(0, batch.Jobs), index => Assert.Equal(1, calls[$"{batch.Number}-1-{index}"])));
    }
}
