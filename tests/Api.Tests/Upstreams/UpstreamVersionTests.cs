using System.Net;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests.Upstreams;

/// <summary>Every change of a definition is a version, whoever makes it.</summary>
public sealed class UpstreamVersionTests
{
    public static TheoryData<string> Providers => UpstreamApp.Providers;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_put_makes_a_version_and_the_same_again_does_not(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        var first = await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest);
        Assert.Equal((HttpStatusCode.OK, 1), (first.Status, (int)first.Body!["version"]!));
        Assert.Equal(1, (int)(await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest)).Body!["version"]!);
        Assert.Equal(2, (int)(await app.Client.PutUpstreamAsync("maps", UpstreamApp.With("""{"timeout_seconds":5}"""))).Body!["version"]!);
        var known = await app.Client.UpstreamAsync("maps");
        Assert.Equal((2, 5d, "http://a"), ((int)known["version"]!, (double)known["timeout_seconds"]!, (string)known["base_url"]!));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_definition_that_was_read_can_be_put_back(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        await app.Client.PutUpstreamAsync("maps", UpstreamApp.With("""{"auth":{"type":"basic","secret":"maps-login"}}"""));
        var again = await app.Client.PutUpstreamAsync("maps", (await app.Client.UpstreamAsync("maps")).ToJsonString());
        Assert.Equal((HttpStatusCode.OK, 1), (again.Status, (int)again.Body!["version"]!));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_deleted_is_unknown_until_it_is_defined_again(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        var batch = await app.Client.CreateAsync();
        await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest);
        const string job = """{"namespace":"maps","action":"get","params":{"id":1}}""";
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, job)).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(app, "maps")).Status);
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/upstreams/maps")).IsProblem(404, "NOT_FOUND");
        Assert.Equal(["1 UNKNOWN_NAMESPACE"], (await app.Client.UploadAsync(batch, job)).Lines);
        (await DeleteAsync(app, "maps")).IsProblem(404, "NOT_FOUND");

        Assert.Equal(3, (int)(await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest)).Body!["version"]!);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, job)).Status);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task An_upstream_that_unfinished_jobs_need_stays(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest);
        var (run, lane) = (new Run { Batch = 1, Number = 1 }, new Lane { Batch = 1, Run = 1, Namespace = "maps", Open = true });
        await app.Host.WriteAsync(db => db.AddRange(run, lane));
        (await DeleteAsync(app, "maps")).IsProblem(409, "UPSTREAM_IN_USE");
        await app.Client.UpstreamAsync("maps");

        await app.Host.WriteAsync(db => db.Update(lane).Entity.Open = false);
        await app.Host.WriteAsync(db => db.Add(new Slice { Id = Guid.NewGuid(), Batch = 1, Run = 1, Namespace = "maps" }));
        (await DeleteAsync(app, "maps")).IsProblem(409, "UPSTREAM_IN_USE");

        await app.Host.WriteAsync(db => db.Update(run).Entity.SettledAt = DateTime.UnixEpoch);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(app, "maps")).Status);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Another_process_knows_a_change_within_two_seconds(string provider)
    {
        var clock = new Testing.FakeClock();
        await using var app = new Running(await StartAsync(provider));
        var other = new UpstreamDirectory(app.Host.Store, clock);
        Assert.Null((await other.CurrentAsync(default)).Find("maps"));
        await app.Client.PutUpstreamAsync("maps", UpstreamApp.Smallest);
        clock.Advance(TimeSpan.FromSeconds(2));
        var known = (await other.CurrentAsync(default)).Find("maps");
        Assert.NotNull(known);
        Assert.Same(known, (await other.CurrentAsync(default)).Find("maps"));
        await DeleteAsync(app, "maps");
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null((await other.CurrentAsync(default)).Find("maps"));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Configuration_counts_again_only_when_it_has_changed(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        var versions = app.Host.Services.GetRequiredService<UpstreamVersions>();
        var configured = new Upstream { Namespace = "maps", BaseUrl = "http://a", Actions = new Dictionary<string, UpstreamAction> { ["get"] = new() } };
        await versions.ConfigureAsync(configured, default);
        await versions.ConfigureAsync(configured, default);
        Assert.Equal(1, await LatestAsync(app));

        await versions.PutAsync(configured with { TimeoutSeconds = 5 }, ApiApp.Actor, default);
        await versions.ConfigureAsync(configured, default);
        Assert.Equal(2, await LatestAsync(app));

        await DeleteAsync(app, "maps");
        await versions.ConfigureAsync(configured, default);
        Assert.Equal(3, await LatestAsync(app));

        await versions.ConfigureAsync(configured with { TimeoutSeconds = 7 }, default);
        Assert.Equal(4, await LatestAsync(app));
        app.Host.Services.GetRequiredService<UpstreamDirectory>().Forget();
        Assert.Equal(7, (double)(await app.Client.UpstreamAsync("maps"))["timeout_seconds"]!);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Processes_that_store_the_same_change_at_once_make_one_version(string provider)
    {
        await using var app = new Running(await StartAsync(provider));
        var versions = app.Host.Services.GetRequiredService<UpstreamVersions>();
        var upstream = new Upstream { Namespace = "maps", BaseUrl = "http://b", Actions = new Dictionary<string, UpstreamAction> { ["get"] = new() } };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => i % 2 == 0 ? versions.ConfigureAsync(upstream, default) : versions.PutAsync(upstream, ApiApp.Actor, default))));
        Assert.InRange(await LatestAsync(app), 1, 2);
        Assert.Equal(1, await app.Host.ReadAsync(db => db.Upstreams.CountAsync(row => row.Namespace == "maps" && row.Configured)));
    }

    private static Task<ApiApp> StartAsync(string provider) => ApiApp.StartAsync(new() { ["Store:Provider"] = provider });

    private static Task<Reply> DeleteAsync(Running app, string ns) => app.Client.SendAsync(HttpMethod.Delete, $"/v1/upstreams/{ns}");

    private static Task<int> LatestAsync(Running app) => app.Host.ReadAsync(db => db.Upstreams.Where(row => row.Namespace == "maps").MaxAsync(row => row.Version));

    private sealed record Running(ApiApp Host) : IAsyncDisposable
    {
        public HttpClient Client => Host.Client;

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
