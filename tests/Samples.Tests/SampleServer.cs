using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace BatchPlatform.Samples.Tests;

/// <summary>The real server on a free port, and a client for it.</summary>
internal sealed class SampleServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleServer(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public string Url => _app.Urls.Single();

    public static Task<SampleServer> StartAsync(SampleOptions? options = null, TimeProvider? clock = null) =>
        StartAsync(SampleUpstream.Create(options ?? new SampleOptions(), "http://127.0.0.1:0", clock));

    public static async Task<SampleServer> StartAsync(WebApplication app)
    {
        await app.StartAsync();
        return new SampleServer(app);
    }

    public Task<HttpResponseMessage> LookUpAsync(string name = "Lisbon", string? country = null, CancellationToken cancel = default) =>
        Client.GetAsync(
            new Uri($"/places/lookup?name={Uri.EscapeDataString(name)}{(country is null ? "" : $"&country={country}")}", UriKind.Relative),
            cancel);

    public async Task<HttpResponseMessage> InviteAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.PostAsync(new Uri("/event/inviteContacts", UriKind.Relative), content);
    }

    public async Task<HttpStatusCode> StatusOfALookupAsync()
    {
        using var answer = await LookUpAsync();
        return answer.StatusCode;
    }

    public Task<JsonElement> StatsAsync() => Client.GetFromJsonAsync<JsonElement>("/_stats");

    /// <summary>The counts, once every call has ended: an answer arrives a moment before its call is counted as ended.</summary>
    public async Task<JsonElement> StatsAtRestAsync()
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var stats = await StatsAsync();
            if (stats.GetProperty("in_flight").GetInt32() == 0)
            {
                return stats;
            }

            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), $"Calls did not end: {stats}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
