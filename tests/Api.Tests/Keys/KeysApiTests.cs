using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

/// <summary>How admins make, see and revoke keys.</summary>
public sealed class KeysApiTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task A_key_that_was_made_lets_in_and_its_text_is_shown_in_that_answer_alone()
    {
        var made = await app.Client.PostAsync("/v1/keys", """{"tenant":"acme","scopes":["read","write"],"name":"nightly","expires_at":"2999-01-01T00:00:00Z"}""");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var (id, key) = ((string)made.Body!["id"]!, (string)made.Body["key"]!);
        Assert.StartsWith($"bp_{id}_", key, StringComparison.Ordinal);
        Assert.Equal($"/v1/keys/{id}", made.Message.Headers.Location!.OriginalString);
        Assert.Equal("""["write","read"]""", made.Body["scopes"]!.ToJsonString());
        using var client = app.NewClient(key);
        var batch = await client.CreateAsync();
        Assert.Equal("acme", (string)(await client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}")).Body!["tenant"]!);

        var shown = await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}");
        Assert.Equal(("acme", "nightly", null), ((string)shown.Body!["tenant"]!, (string)shown.Body["name"]!, shown.Body["key"]));
        var row = await app.ReadAsync(db => db.Keys.SingleAsync(each => each.Id == id));
        Assert.DoesNotContain(key, JsonSerializer.Serialize(row), StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log, line => line.Contains(key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"scopes":["read"]}""", "INVALID_FIELD", "tenant")]
    [InlineData("""{"tenant":"","scopes":["read"]}""", "INVALID_FIELD", "tenant")]
    [InlineData("""{"tenant":"a\u0000b","scopes":["read"]}""", "INVALID_FIELD", "tenant")]
    [InlineData("""{"tenant":"*","scopes":["read"]}""", "INVALID_FIELD", "tenant")]
    [InlineData("""{"tenant":"acme"}""", "INVALID_SCOPES", "scopes")]
    [InlineData("""{"tenant":"acme","scopes":[]}""", "INVALID_SCOPES", "scopes")]
    [InlineData("""{"tenant":"acme","scopes":["read","root"]}""", "INVALID_SCOPES", "scopes")]
    [InlineData("""{"tenant":"acme","scopes":[null]}""", "INVALID_SCOPES", "scopes")]
    [InlineData("""{"tenant":"acme","scopes":["read"],"expires_at":"2020-01-01T00:00:00Z"}""", "INVALID_EXPIRY", "expires_at")]
    [InlineData("""{"tenant":"acme","scopes":["read"],"expires_at":"soon"}""", "INVALID_FIELD", "expires_at")]
    [InlineData("""{"tenant":"acme","scopes":["read"],"secret":"mine"}""", "INVALID_FIELD", "secret")]
    public async Task A_key_that_cannot_be_made_is_refused_and_the_member_named(string body, string code, string field)
    {
        var before = await app.ReadAsync(db => db.Keys.CountAsync());
        var reply = await app.Client.PostAsync("/v1/keys", body);
        reply.IsProblem(422, code);
        Assert.Equal(field, Assert.Single(reply.Fields));
        Assert.Equal(before, await app.ReadAsync(db => db.Keys.CountAsync()));
    }

    [Fact]
    public async Task No_tenant_has_the_name_that_means_all_and_a_key_of_one_that_has_it_means_nobody()
    {
        (await app.Client.SendAsync(HttpMethod.Put, "/v1/tenants/*", Http.Text("{}", "application/json"))).IsProblem(422, "INVALID_FIELD");
        var (key, id) = await app.Client.MakeKeyAsync("acme");
        await app.ReadAsync(db => db.Keys.Where(each => each.Id == id).ExecuteUpdateAsync(set => set.SetProperty(each => each.Tenant, "*")));
        using var client = app.NewClient(key);

        (await client.SendAsync(HttpMethod.Get, "/v1/batches")).IsProblem(403, "FORBIDDEN");
        (await client.PostAsync("/v1/batches/actions", """{"action":"delete","filter":{},"dry_run":true}""")).IsProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused_with_everything_else_that_is_wrong()
    {
        var reply = await app.Client.PostAsync("/v1/keys", JsonSerializer.Serialize(new { tenant = new string('t', 201), name = new string('n', 201), scopes = new[] { "x" } }));
        Assert.Equal(["tenant", "name", "scopes"], reply.Fields);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_same_key_and_what_is_kept_of_it_is_encrypted()
    {
        const string Body = """{"tenant":"acme","scopes":["read"]}""";
        var first = await app.Client.PostAsync("/v1/keys", Body, "make-a-key");
        var second = await app.Client.PostAsync("/v1/keys", Body, "make-a-key");

        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(first.Message.Headers.Location, second.Message.Headers.Location);
        var kept = await app.ReadAsync(db => db.Idempotency.SingleAsync(row => row.Key == "make-a-key"));
        Assert.DoesNotContain((string)first.Body["key"]!, kept.Answer, StringComparison.Ordinal);
        (await app.Client.PostAsync("/v1/keys", """{"tenant":"acme","scopes":["write"]}""", "make-a-key")).IsProblem(422, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task Keys_are_listed_newest_first_in_pages_and_by_tenant()
    {
        var tenant = $"listed-{Guid.NewGuid():N}";
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await app.Client.MakeKeyAsync(tenant)).Id);
        }

        var first = await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys?tenant={tenant}&limit=2");
        var second = await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys?tenant={tenant}&limit=2&cursor={first.Body!["next_cursor"]}");

        var listed = first.Body["items"]!.AsArray().Concat(second.Body!["items"]!.AsArray()).Select(key => (string)key!["id"]!);
        Assert.Equal(ids.AsEnumerable().Reverse(), listed);
        Assert.Null(second.Body["next_cursor"]);
        Assert.Contains(await app.Client.ListAsync("/v1/keys?limit=1000"), key => (string)key["id"]! == KeyDirectory.AdminId);
    }

    [Fact]
    public async Task A_revoked_key_stays_listed_and_revoking_it_again_changes_nothing()
    {
        var (_, id) = await app.Client.MakeKeyAsync();
        await app.Client.RevokeAsync(id);
        var revoked = (await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}")).Body!["revoked_at"]!.ToJsonString();
        await app.Client.RevokeAsync(id);

        Assert.Equal(revoked, (await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}")).Body!["revoked_at"]!.ToJsonString());
        Assert.Single(await app.Client.ListAsync($"/v1/audit?resource=keys/{id}&action=key.revoke"));
    }

    [Theory]
    [InlineData("GET", "nobody")]
    [InlineData("DELETE", "nobody")]
    [InlineData("POST", "nobody/signing-secret")]
    [InlineData("DELETE", "nobody/signing-secret")]
    public async Task A_key_that_is_not_there_is_not_found(string method, string path) =>
        (await app.Client.SendAsync(new HttpMethod(method), $"/v1/keys/{path}")).IsProblem(404, "KEY_NOT_FOUND");

    [Fact]
    public async Task The_key_of_the_configuration_cannot_be_revoked_here()
    {
        using var other = app.NewClient((await app.Client.MakeKeyAsync(scopes: "admin write read")).Key);
        (await other.SendAsync(HttpMethod.Delete, $"/v1/keys/{KeyDirectory.AdminId}")).IsProblem(409, "KEY_CONFIGURED");
    }

    [Fact]
    public async Task Nobody_revokes_the_key_that_he_presents()
    {
        var (key, id) = await app.Client.MakeKeyAsync(scopes: "admin write");
        using var client = app.NewClient(key);
        (await client.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}")).IsProblem(409, "KEY_IN_USE");
    }

    [Fact]
    public async Task The_scope_admin_alone_administers_and_neither_reads_nor_writes_include_it()
    {
        using var worker = app.NewClient((await app.Client.MakeKeyAsync(scopes: "write read")).Key);
        foreach (var path in new[] { "/v1/keys", "/v1/keys/admin", "/v1/audit", "/v1/tenants", "/v1/tenants/default" })
        {
            (await worker.SendAsync(HttpMethod.Get, path)).IsProblem(403, "FORBIDDEN");
        }

        (await worker.PostAsync("/v1/keys", """{"tenant":"acme","scopes":["admin"]}""")).IsProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_signing_secret_is_shown_once_and_stored_encrypted()
    {
        var (_, id) = await app.Client.MakeKeyAsync();
        var made = await app.Client.PostAsync($"/v1/keys/{id}/signing-secret");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var secret = (string)made.Body!["signing_secret"]!;
        var shown = await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}");
        Assert.True((bool)shown.Body!["signs"]!);
        Assert.DoesNotContain(secret, shown.Body.ToJsonString(), StringComparison.Ordinal);
        var row = await app.ReadAsync(db => db.Keys.SingleAsync(each => each.Id == id));
        Assert.DoesNotContain(secret, row.SigningSecret, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}/signing-secret")).Status);
        Assert.False((bool)(await app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}")).Body!["signs"]!);
    }

    [Fact]
    public async Task Tenants_that_have_keys_or_settings_are_listed_by_name()
    {
        await app.Client.MakeKeyAsync("zz-b");
        using var settings = Http.Text("""{"weight":3}""", "application/json");
        await app.Client.SendAsync(HttpMethod.Put, "/v1/tenants/zz-a", settings);
        await app.Client.MakeKeyAsync("zz-a");

        var all = await app.Client.ListAsync("/v1/tenants?limit=1000");
        Assert.Equal([("zz-a", 3), ("zz-b", 1)], all.Select(tenant => ((string)tenant["name"]!, (double)tenant["weight"]!)).Where(tenant => tenant.Item1.StartsWith("zz-", StringComparison.Ordinal)));

        var pages = new List<string>();
        for (string? cursor = null, path = "/v1/tenants?limit=1"; path is not null; path = cursor is null ? null : $"/v1/tenants?limit=1&cursor={cursor}")
        {
            var page = await app.Client.SendAsync(HttpMethod.Get, path);
            pages.AddRange(page.Body!["items"]!.AsArray().Select(tenant => (string)tenant!["name"]!));
            cursor = (string?)page.Body["next_cursor"];
        }

        Assert.Equal(all.Select(tenant => (string)tenant["name"]!), pages);
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants?cursor=!")).IsProblem(400, "INVALID_PARAMETER");
    }
}
