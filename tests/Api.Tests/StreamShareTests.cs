using System.Net;
using BatchPlatform.Store.Security;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>How many uploads, downloads, streams of events and waits one tenant may have at once, of those that there may be.</summary>
public sealed class StreamShareTests
{
    [Theory]
    [InlineData("4", null)]
    [InlineData("512", "1")]
    public async Task A_tenant_that_has_its_share_is_refused_and_another_is_not(string streams, string? share)
    {
        await using var app = await ApiApp.StartAsync(new() { ["Overload:Streams"] = streams, ["Overload:StreamsPerTenant"] = share });
        using var other = app.NewClient(await app.AddKeyAsync("theirs", "other", "read write"));
        using var stranger = app.NewClient(key: null);
        var (mine, theirs) = (await app.Client.CreateAsync(), await other.CreateAsync());

        using (await OpenEventsAsync(app.Client, mine))
        {
            var refused = await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{mine}/results");
            refused.IsProblem(503, "OVERLOADED");
            Assert.InRange(refused.Message.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
            (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{mine}?wait=1")).IsProblem(503, "OVERLOADED");
            (await app.Client.UploadAsync(mine, Http.Job)).IsProblem(503, "OVERLOADED");
            (await stranger.SendAsync(HttpMethod.Get, Link(app, mine))).IsProblem(503, "OVERLOADED");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await stranger.SendAsync(HttpMethod.Get, $"/batches/1/results/1?api_key={ApiApp.AdminKey}")).Status);

            Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(HttpMethod.Get, $"/v1/batches/{theirs}/results")).Status);
            Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{mine}")).Status);
        }

        await Eventually.Equal(HttpStatusCode.OK, async () => (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{mine}/results")).Status);
    }

    // A stream of which the first line is there.
    private static async Task<StreamReader> OpenEventsAsync(HttpClient client, Guid batch)
    {
        var stream = new StreamReader(await client.GetStreamAsync(new Uri($"/v1/batches/{batch}/events", UriKind.Relative)));
        Assert.Equal("event: progress", await stream.ReadLineAsync());
        return stream;
    }

    private static string Link(ApiApp app, Guid batch) => app.Services.GetRequiredService<SignedLinks>()
        .Sign("default", $"/v1/batches/{batch}/results", "csv", TimeProvider.System.GetUtcNow().AddHours(1));
}
