using System.Net;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

public sealed class KeyTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Theory]
    [InlineData("Authorization", "Bearer " + ApiApp.AdminKey)]
    [InlineData("Authorization", "bearer " + ApiApp.AdminKey)]
    [InlineData("X-Api-Key", ApiApp.AdminKey)]
    public async Task The_configured_key_lets_in_by_either_header(string header, string value)
    {
        using var client = app.NewClient(key: null);
        client.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/batches", "{}")).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another-key-altogether")]
    [InlineData("bp_nobody_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("bp_")]
    [InlineData("bp__")]
    public async Task An_unknown_key_and_a_missing_one_are_told_the_same(string? key)
    {
        using var client = app.NewClient(key);
        var reply = await client.PostAsync("/v1/batches", "{}");
        reply.IsProblem(401, "UNAUTHENTICATED");
        Assert.Equal("Bearer", reply.Message.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_wrong_secret_for_a_known_id_is_refused()
    {
        await app.AddKeyAsync("known", "default", "write read");
        using var client = app.NewClient(KeySecret.Make("known"));
        (await client.PostAsync("/v1/batches", "{}")).IsProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task A_key_with_scope_read_may_look_and_not_change()
    {
        using var client = app.NewClient(await app.AddKeyAsync("reader", "default", "read"));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/v1/upstreams")).Status);
        (await client.PostAsync("/v1/batches", "{}")).IsProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_key_with_scope_write_alone_may_not_look()
    {
        using var client = app.NewClient(await app.AddKeyAsync("writer", "default", "write"));
        (await client.SendAsync(HttpMethod.Get, "/v1/upstreams")).IsProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_expired_key_is_refused()
    {
        using var client = app.NewClient(await app.AddKeyAsync("expired", "default", "write", expiresAt: new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
        (await client.PostAsync("/v1/batches", "{}")).IsProblem(401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("POST", "/commit")]
    [InlineData("POST", "/start")]
    [InlineData("POST", "/stop")]
    [InlineData("POST", "/retry-failed")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/jobs")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    public async Task Another_tenants_batch_does_not_exist(string method, string path)
    {
        var batch = await app.Client.CreateAsync();
        using var stranger = app.NewClient(await app.AddKeyAsync($"stranger{Guid.NewGuid():N}", "other", "write read"));
        using var body = Http.Text("[]", "application/json");
        var reply = await stranger.SendAsync(new HttpMethod(method), $"/v1/batches/{batch}{path}", body);
        reply.IsProblem(404, "BATCH_NOT_FOUND");
    }

    [Fact]
    public async Task A_verified_key_is_remembered_for_a_second_and_no_longer()
    {
        var clock = new FakeClock();
        var own = await ApiApp.StartAsync(time: clock);
        try
        {
            using var client = own.NewClient(await own.AddKeyAsync("revoked", "default", "write"));
            Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/batches", "{}")).Status);
            await own.WriteAsync(db => db.Keys.Remove(db.Keys.Single(key => key.Id == "revoked")));
            Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/batches", "{}")).Status);
            clock.Advance(TimeSpan.FromSeconds(1));
            (await client.PostAsync("/v1/batches", "{}")).IsProblem(401, "UNAUTHENTICATED");
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task Neither_keys_nor_query_strings_nor_params_are_logged()
    {
        var batch = await app.Client.CreateAsync();
        await app.Client.UploadAsync(batch, """{"params":{"password":"hunter2"}}""", query: "?namespace=bench&action=noop&apikey=swordfish");
        await app.Client.UploadAsync(batch, """{"params":"hunter2"}""", query: "?apikey=swordfish");
        using var wrong = app.NewClient("a-wrong-and-secret-key");
        await wrong.PostAsync("/v1/batches?apikey=swordfish");
        Assert.NotEmpty(app.Log);
        Assert.DoesNotContain(app.Log, line => line.Contains("hunter2") || line.Contains("swordfish") || line.Contains(ApiApp.AdminKey) || line.Contains("a-wrong-and-secret-key"));
    }

    [Fact]
    public async Task No_secret_is_stored()
    {
        var rows = await app.ReadAsync(db => Task.FromResult(db.Keys.ToList()));
        var admin = rows.Single(key => key.Id == KeyDirectory.AdminId);
        Assert.Equal((32, 16), (admin.Hash.Length, admin.Salt.Length));
        Assert.DoesNotContain(ApiApp.AdminKey, System.Text.Json.JsonSerializer.Serialize(rows));
    }
}
