using System.Net;
using BatchPlatform.Store.Security;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>Links that callbacks carry, followed without a key.</summary>
public sealed class SignedLinkTests(ApiApp app) : IClassFixture<ApiApp>
{
    private readonly HttpClient _stranger = app.NewClient(key: null);

    [Fact]
    public async Task A_link_opens_the_results_that_it_names()
    {
        var link = Link(await app.Client.CreateAsync());

        using var response = await _stranger.GetAsync(new Uri(link, UriKind.Relative));

        Assert.Equal((HttpStatusCode.OK, "text/csv"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("index,", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_opens_nothing_else()
    {
        var (batch, other) = (await app.Client.CreateAsync(), await app.Client.CreateAsync());
        var link = Link(batch);

        (await GetAsync(link.Replace($"{batch}", $"{other}", StringComparison.Ordinal))).IsProblem(403, "LINK_INVALID");
        (await GetAsync(link.Replace("/results", "/jobs", StringComparison.Ordinal))).IsProblem(403, "LINK_INVALID");
        (await _stranger.SendAsync(HttpMethod.Delete, link.Replace("/results", "", StringComparison.Ordinal))).IsProblem(403, "LINK_INVALID");
        (await GetAsync($"/v1/batches/{batch}/results")).IsProblem(401, "UNAUTHENTICATED");
        Assert.DoesNotContain(app.Log, line => line.Contains("signature=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_expires() => (await GetAsync(Link(await app.Client.CreateAsync(), hours: -1))).IsProblem(403, "LINK_EXPIRED");

    [Fact]
    public async Task It_reads_as_its_tenant() => (await GetAsync(Link(await app.Client.CreateAsync(), tenant: "other"))).IsProblem(404, "BATCH_NOT_FOUND");

    private string Link(Guid batch, double hours = 1, string tenant = "default") => app.Services.GetRequiredService<SignedLinks>()
        .Sign(tenant, $"/v1/batches/{batch}/results", "csv", TimeProvider.System.GetUtcNow().AddHours(hours));

    private Task<Reply> GetAsync(string link) => _stranger.SendAsync(HttpMethod.Get, link);
}
