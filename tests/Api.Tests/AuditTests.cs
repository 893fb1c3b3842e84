using System.Globalization;
using System.Net;
using BatchPlatform.Api.Auditing;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>What api itself writes in the audit, and how it is read. What the lifecycle does is told by the orchestrator's tests.</summary>
public sealed class AuditTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const string Definition = """{"base_url":"http://127.0.0.1:9","actions":{"get":{"method":"GET"}}}""";

    [Fact]
    public async Task What_is_done_to_keys_tenants_and_upstreams_is_told()
    {
        var (_, key) = await app.Client.MakeKeyAsync("audited");
        await app.Client.PostAsync($"/v1/keys/{key}/signing-secret");
        await app.Client.RevokeAsync(key);
        await PutAsync("/v1/tenants/audited", "{}");
        await PutAsync("/v1/upstreams/audited", Definition);
        await app.Client.SendAsync(HttpMethod.Delete, "/v1/upstreams/audited");

        Assert.Equal(["key.revoke", "key.sign", "key.create"], await ActionsAsync($"keys/{key}"));
        Assert.Equal(["tenant.put"], await ActionsAsync("tenants/audited"));
        Assert.Equal(["upstream.delete", "upstream.put"], await ActionsAsync("upstreams/audited"));
    }

    [Fact]
    public async Task An_entry_says_who_did_it_when_and_from_where()
    {
        await PutAsync("/v1/tenants/told", "{}");

        var entry = Assert.Single(await app.Client.ListAsync("/v1/audit?resource=tenants/told"));
        Assert.Equal(("default", "admin", "127.0.0.1"), ((string)entry["tenant"]!, (string)entry["key"]!, (string)entry["address"]!));
        Assert.InRange(DateTimeOffset.Parse((string)entry["at"]!, CultureInfo.InvariantCulture), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task What_changes_nothing_is_not_told()
    {
        await PutAsync("/v1/upstreams/same", Definition);
        await PutAsync("/v1/upstreams/same", Definition);
        (await PutAsync("/v1/tenants/refused", """{"weight":-1}""")).IsProblem(422, "INVALID_FIELD");

        Assert.Single(await ActionsAsync("upstreams/same"));
        Assert.Empty(await ActionsAsync("tenants/refused"));
    }

    [Fact]
    public async Task Who_asks_travels_with_the_commands()
    {
        var (key, id) = await app.Client.MakeKeyAsync("sender");
        using var client = app.NewClient(key);
        var batch = await client.CreateAsync();
        await client.UploadAsync(batch, Http.Lines(1));
        foreach (var verb in new[] { "commit", "pause", "resume", "stop", "start", "retry-failed" })
        {
            await client.PostAsync($"/v1/batches/{batch}/{verb}");
        }

        using var patch = Http.Text("""{"name":"other"}""", "application/json");
        await client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", patch);
        await client.SendAsync(HttpMethod.Delete, $"/v1/batches/{batch}");

        var commands = app.Lifecycle.Commands.Where(command => command.BatchId == batch).ToList();
        Assert.Equal(10, commands.Count);
        Assert.All(commands, command => Assert.Equal(new Actor("sender", id, "127.0.0.1"), command.Actor));
    }

    [Fact]
    public async Task It_is_read_newest_first_in_pages_and_by_what_is_asked_for()
    {
        var start = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await app.WriteAsync(db => db.Audit.AddRange(Enumerable.Range(0, 6).Select(i => new AuditEntry
        {
            At = start.AddDays(i),
            Tenant = "reader",
            Key = $"key{i % 2}",
            Action = i < 3 ? "batch.start" : "batch.stop",
            Resource = $"batches/{i}",
        })));

        Assert.Equal(["batches/5", "batches/3", "batches/1"], await ResourcesAsync("tenant=reader&key=key1"));
        Assert.Equal(["batches/2", "batches/1", "batches/0"], await ResourcesAsync("tenant=reader&action=batch.start"));
        Assert.Equal(["batches/3", "batches/2"], await ResourcesAsync("tenant=reader&since=2001-01-03T00:00:00Z&until=2001-01-05T00:00:00Z"));
        var first = await app.Client.SendAsync(HttpMethod.Get, "/v1/audit?tenant=reader&limit=4");
        Assert.Equal(["batches/1", "batches/0"], await ResourcesAsync($"tenant=reader&limit=4&cursor={first.Body!["next_cursor"]}"));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("since=yesterday")]
    [InlineData("cursor=x")]
    [InlineData("action=%00")]
    public async Task A_parameter_that_cannot_be_understood_is_refused(string query) =>
        (await app.Client.SendAsync(HttpMethod.Get, $"/v1/audit?{query}")).IsProblem(400, "INVALID_PARAMETER");

    [Fact]
    public async Task It_is_kept_for_as_long_as_was_configured_and_removed_in_chunks()
    {
        var old = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-365.5);
        await app.WriteAsync(db => db.Audit.AddRange(Enumerable.Range(0, 2_500).Select(i => new AuditEntry { At = old, Action = "batch.start", Resource = "batches/old" })));
        await app.WriteAsync(db => db.Audit.Add(new AuditEntry { At = old.AddDays(1), Action = "batch.start", Resource = "batches/kept" }));

        await app.Services.GetRequiredService<OldAudit>().RemoveAsync(default);

        Assert.Empty(await ActionsAsync("batches/old"));
        Assert.Single(await ActionsAsync("batches/kept"));
    }

    [Theory]
    [InlineData(null, "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.0/8", "203.0.113.9", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1")]
    public async Task The_address_that_a_trusted_proxy_tells_is_taken_and_no_other(string? trusted, string forwarded, string address)
    {
        var own = await ApiApp.StartAsync(trusted is null ? null : new() { ["Proxies:Trusted:0"] = trusted });
        try
        {
            own.Client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
            await own.Client.MakeKeyAsync("forwarded");
            Assert.Equal(address, await own.ReadAsync(db => db.Audit.Where(entry => entry.Key == "admin").Select(entry => entry.Address).SingleAsync()));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => ApiApp.StartAsync(new() { ["Proxies:Trusted:0"] = "gateway.example" }));
        Assert.Contains("Proxies:Trusted", error.Message, StringComparison.Ordinal);
    }

    private async Task<Reply> PutAsync(string path, string body)
    {
        using var content = Http.Text(body, "application/json");
        return await app.Client.SendAsync(HttpMethod.Put, path, content);
    }

    private async Task<IEnumerable<string>> ActionsAsync(string resource) =>
        (await app.Client.ListAsync($"/v1/audit?limit=1000&resource={resource}")).Select(entry => (string)entry["action"]!);

    private async Task<IEnumerable<string>> ResourcesAsync(string query) =>
        (await app.Client.ListAsync($"/v1/audit?{query}")).Select(entry => (string)entry["resource"]!);
}
