using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using MassTransit;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Which definitions slices are cut by, and what workers are told of them.</summary>
public sealed class UpstreamCatalogTests
{
    private static readonly JsonElement Schema = JsonSerializer.SerializeToElement(new { description = new string('x', 5_000_000) });

    private static readonly Upstream Definition = new()
    {
        BaseUrl = "http://a",
        Schemas = new Dictionary<string, JsonElement> { ["Large"] = Schema },
        Actions = new Dictionary<string, UpstreamAction> { ["get"] = new() { Schema = Schema, Success = new SuccessRule { Member = "/ok", Value = JsonSerializer.SerializeToElement(1) } } },
    };

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task A_new_version_counts_within_a_second_and_a_deleted_upstream_is_none(string provider)
    {
        await using var host = await OrchestratorHost.StartAsync(provider);
        var clock = new FakeClock();
        var catalog = new UpstreamCatalog(host.Store, clock);
        await StoreAsync(host, 1, Definition);
        await StoreAsync(host, 1, Definition with { BaseUrl = "http://b" }, ns: "other");
        Assert.Equal(("http://a", 1), await LatestAsync(catalog, clock));
        await StoreAsync(host, 2, Definition with { BaseUrl = "http://c" });
        Assert.Equal(("http://c", 2), await LatestAsync(catalog, clock));
        await StoreAsync(host, 3, definition: null);
        Assert.Null(await LatestAsync(catalog, clock));
        Assert.Null(await catalog.FindAsync("maps", 3, default));
        Assert.Equal("http://a", (await catalog.FindAsync("maps", 1, default))!.BaseUrl);
        await StoreAsync(host, 4, Definition);
        Assert.Equal(("http://a", 4), await LatestAsync(catalog, clock));
    }

    [Fact]
    public async Task An_upstream_that_was_made_a_moment_ago_is_there()
    {
        await using var host = await OrchestratorHost.StartAsync();
        var catalog = new UpstreamCatalog(host.Store, new FakeClock());
        await StoreAsync(host, 1, Definition);
        Assert.Equal(["maps"], (await catalog.LatestAsync(["maps"], default)).Keys);

        await StoreAsync(host, 1, Definition, ns: "new");

        Assert.Equal("http://a", (await catalog.LatestAsync(["maps", "new"], default))["new"].BaseUrl);
    }

    [Fact]
    public async Task Workers_get_definitions_without_their_schemas()
    {
        await using var host = await OrchestratorHost.StartAsync();
        await StoreAsync(host, 1, Definition);
        var client = host.Bus.CreateRequestClient<GetUpstream>(new Uri($"exchange:{Queues.Leases}"));
        var answer = (await client.GetResponse<UpstreamAnswer>(new GetUpstream("maps", 1))).Message.Definition!;
        Assert.Equal(("maps", 1, "http://a"), (answer.Namespace, answer.Version, answer.BaseUrl));
        Assert.Null(answer.Actions["get"].Schema);
        Assert.Empty(answer.Schemas);
        Assert.Equal(1, answer.Actions["get"].Success.Value!.Value.GetInt32());
    }

    private static async Task<(string BaseUrl, int Version)?> LatestAsync(UpstreamCatalog catalog, FakeClock clock)
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        return (await catalog.LatestAsync(["other"], default)).GetValueOrDefault("maps") is { } found ? (found.BaseUrl, found.Version) : null;
    }

    private static async Task StoreAsync(OrchestratorHost host, int version, Upstream? definition, string ns = "maps")
    {
        await using var unit = await host.Store.BeginAsync();
        var text = definition is null ? null : JsonSerializer.Serialize(definition, UpstreamJson.Options);
        unit.Db.Upstreams.Add(new UpstreamVersion { Namespace = ns, Version = version, Definition = text, CreatedAt = unit.Now });
        await unit.CommitAsync();
    }
}
