using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary><c>bp upstreams</c> and <c>bp keys</c></summary>
[Collection(SharedPlatform.Name)]
public sealed class AdministrationTests(RunningPlatform platform) : IDisposable
{
    private const string Document = """
        openapi: 3.1.0
        info: { title: Maps, version: "1" }
        servers: [ { url: https://maps.example.com } ]
        paths:
          /tiles/{z}:
            get:
              operationId: getTile
              parameters: [ { name: z, in: path, required: true, schema: { type: integer } } ]
              responses: { "200": { description: A tile. } }
        """;

    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Fact]
    public async Task An_OpenAPI_document_becomes_an_upstream()
    {
        _bp.Folder.Write("maps.yaml", Document);
        _bp.Folder.Write("more.json", """{"limits":{"concurrency":3},"auth":{"type":"basic","secret":"maps-user"} }""");

        var run = await _bp.RunAsync("upstreams", "import", "maps.yaml", "--namespace", "imported");
        Assert.Equal("Upstream imported, version 1: 1 actions at https://maps.example.com.", run.Output[0]);
        var again = (await _bp.JsonAsync("upstreams", "import", "maps.yaml", "-n", "imported", "--base-url", "https://staging.example.com", "--with", "more.json")).Single();
        Assert.Equal((2, "https://staging.example.com"), (again.GetProperty("version").GetInt32(), again.GetProperty("base_url").GetString()));
        Assert.Equal("maps-user", again.GetProperty("auth").GetProperty("secret").GetString());

        Assert.Contains((await _bp.RunAsync("upstreams", "list")).Output, line => line.StartsWith("imported ", StringComparison.Ordinal));
        Assert.Contains("getTile", string.Join('\n', (await _bp.RunAsync("upstreams", "show", "imported")).Output), StringComparison.Ordinal);
        Assert.Equal("imported is paused: at night", (await _bp.RunAsync("upstreams", "pause", "imported", "--reason", "at night")).LastLine);
        Assert.True((await _bp.JsonAsync("upstreams", "show", "imported")).Single().GetProperty("gate").GetProperty("paused").GetBoolean());
        Assert.Equal("imported is called.", (await _bp.RunAsync("upstreams", "resume", "imported")).LastLine);
        Assert.Equal(2, (await _bp.RunAsync(["upstreams", "delete", "imported"], "y\n")).ExitCode);
        Assert.Equal(0, (await _bp.RunAsync(["upstreams", "delete", "imported"], "imported\n")).ExitCode);
        Assert.Equal(2, (await _bp.RunAsync("upstreams", "show", "imported")).ExitCode);
    }

    [Theory]
    [InlineData("missing.yaml", "missing.yaml cannot be read")]
    [InlineData("broken.yaml", "openapi")]
    [InlineData("http://example.com/openapi.json", "openapi")]
    [InlineData("maps.yaml --with list.json", "list.json: it must be a JSON object")]
    [InlineData("maps.yaml --with broken.yaml", "broken.yaml: ")]
    public async Task What_is_no_document_is_named(string arguments, string named)
    {
        _bp.Folder.Write("maps.yaml", Document);
        _bp.Folder.Write("broken.yaml", "{ no");
        _bp.Folder.Write("list.json", "[]");

        var run = await _bp.RunAsync(["upstreams", "import", .. arguments.Split(' '), "--namespace", "refused"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_made_listed_and_revoked()
    {
        var key = (await _bp.JsonAsync("keys", "create", "--tenant", "visitors", "--scope", "read", "--scope", "write", "--name", "for tests", "--expires-in", "1h")).Single();
        var id = key.GetProperty("id").GetString()!;
        Assert.Equal(2, key.GetProperty("scopes").GetArrayLength());

        using (var visitor = new Bp(platform.Address, key.GetProperty("key").GetString()))
        {
            Assert.Contains("No batches", (await visitor.RunAsync("list")).LastLine, StringComparison.Ordinal);
            Assert.Equal(0, (await visitor.RunAsync("login", $"{platform.Address}")).ExitCode);
            Assert.Contains("FORBIDDEN", (await visitor.RunAsync("keys", "list")).Error, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains((await _bp.RunAsync("keys", "list", "--tenant", "visitors")).Output, line => line.StartsWith(id, StringComparison.Ordinal));
        Assert.Equal($"Key {id} is revoked.", (await _bp.RunAsync("keys", "revoke", id)).LastLine);
        Assert.NotEqual(JsonValueKind.Null, (await _bp.JsonAsync("keys", "list", "--tenant", "visitors")).First(each => each.GetProperty("id").GetString() == id).GetProperty("revoked_at").ValueKind);
    }

    [Fact]
    public async Task A_key_that_may_only_write_can_be_signed_in_with()
    {
        var key = (await _bp.JsonAsync("keys", "create", "--tenant", "writers", "--scope", "write")).Single();
        using var writer = new Bp(platform.Address, key.GetProperty("key").GetString());

        Assert.Equal(0, (await writer.RunAsync("login", $"{platform.Address}")).ExitCode);
    }

    [Theory]
    [InlineData("keys create --tenant t --scope root", "root")]
    [InlineData("keys create --scope read", "--tenant")]
    [InlineData("keys revoke none", "KEY_NOT_FOUND")]
    public async Task What_is_no_key_is_refused(string arguments, string named)
    {
        var run = await _bp.RunAsync(arguments.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }
}
