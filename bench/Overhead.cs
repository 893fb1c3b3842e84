using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Bench;

/// <summary>
/// What the gateway adds to a small request: the same request to the api and through the gateway, in turns, one at a time, so that
/// whatever else the machine does meets both alike.
/// </summary>
internal sealed class Overhead(Deployment services, int count) : IDisposable
{
    private const int WarmUps = 500;

    private readonly ProcessUse _gateway = new("gateway", services.Gateway.Id);
    private readonly HttpClient _direct = new()
    {
        BaseAddress = services.Apis[0].BaseAddress,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Deployment.AdminKey) },
    };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var created = await CreateAsync(_direct, cancellationToken);
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
        await MeasureAsync("GET /v1/batches/{id}", client => client.GetAsync($"/v1/batches/{id}", cancellationToken));
        await MeasureAsync("POST /v1/batches", client => CreateAsync(client, cancellationToken));
    }

    public void Dispose() => _direct.Dispose();

    private async Task MeasureAsync(string name, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        await InTurnsAsync(WarmUps, send);
        var cpu = _gateway.CpuSeconds;
        var (direct, through) = await InTurnsAsync(count, send);
        cpu = _gateway.CpuSeconds - cpu;
        Console.WriteLine(
            $"{name,-21} {count} each: api p50 {At(direct, 0.50):0.00} ms, p99 {At(direct, 0.99):0.00} ms; through the gateway p50 {At(through, 0.50):0.00} ms, "
            + $"p99 {At(through, 0.99):0.00} ms; adds p50 {At(through, 0.50) - At(direct, 0.50):0.00} ms; gateway CPU {cpu * 1e6 / count:0} us/request");
    }

    private async Task<(List<double> Direct, List<double> Through)> InTurnsAsync(int times, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        var (direct, through) = (new List<double>(), new List<double>());
        for (var i = 0; i < times; i++)
        {
            direct.Add(await TimeAsync(_direct, send));
            through.Add(await TimeAsync(services.Client, send));
        }

        return (direct, through);
    }

    private static async Task<double> TimeAsync(HttpClient client, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await send(client);
        answer.EnsureSuccessStatusCode();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static Task<HttpResponseMessage> CreateAsync(HttpClient client, CancellationToken cancellationToken) =>
        client.PostAsJsonAsync("/v1/batches", new { name = "overhead" }, cancellationToken);

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(share * (times.Count - 1)));
}
