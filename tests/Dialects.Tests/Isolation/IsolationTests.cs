using BatchPlatform.Dashboard;
using Microsoft.AspNetCore.Routing;

namespace BatchPlatform.Dialects.Tests.Isolation;

/// <summary>Nobody gets in where he does not belong: every address × no key, a wrong key, another tenant's, one that may only read, only write, or not administer.</summary>
[Collection(nameof(OnePlatform))]
public sealed class IsolationTests(DialectHost host) : IAsyncLifetime
{
    private static TenantThings? _things;
    private static Dictionary<string, string> _keys = [];
    private readonly Asker _asker = new(host.Client);

    public static TheoryData<string> Rows => [.. RouteTable.All.Select(row => row.ToString())];

    private static TenantThings Things => _things!;

    public async Task InitializeAsync()
    {
        if (_things is not null)
        {
            return;
        }

        _keys = new Dictionary<string, string>
        {
            ["owner"] = await host.AddKeyAsync("owner", "acme"),
            ["reader"] = await host.AddKeyAsync("reader", "acme", "read"),
            ["writer"] = await host.AddKeyAsync("writer", "acme", "write"),
            ["stranger"] = await host.AddKeyAsync("stranger", "strangers-of-acme"),
            ["unknown"] = $"bp_{Guid.NewGuid():N}_{new string('x', 43)}",
        };
        _keys["wrong"] = $"{_keys["owner"][..^43]}{new string('x', 43)}";
        _things = await TenantThings.MakeAsync(host.Client, _keys["owner"]);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Every_address_is_in_the_table_and_every_row_of_it_is_an_address()
    {
        var mapped = host.Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<DashboardAddress>() is null)
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]).Select(method => $"{method} {route.RoutePattern.RawText}"))
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(mapped, RouteTable.All.Select(row => row.Route).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Without_a_key_nobody_gets_in_and_unknown_and_wrong_keys_look_alike(string name)
    {
        var row = Row(name);
        var none = await AskAsync(row, key: null);
        Assert.Equal(row.Access switch { Access.Public => 200, Access.Link => 403, _ => 401 }, none.Status);
        if (row.Access is not (Access.Public or Access.Link))
        {
            var unknown = await AskAsync(row, "unknown");
            Assert.Equal(401, unknown.Status);
            Assert.Equal(unknown.Seen, (await AskAsync(row, "wrong")).Seen);
            Assert.Equal(none.Seen, unknown.Seen);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_key_without_the_scope_is_refused(string name)
    {
        var row = Row(name);
        string[] lacking = row.Access switch
        {
            Access.Read => ["writer"],
            Access.Write => ["reader"],
            Access.Admin => ["reader", "writer", "owner"],
            _ => [],
        };
        foreach (var key in lacking)
        {
            var answer = await AskAsync(row, key);
            // Traject's clients know one status for both; what is said tells them apart.
            Assert.Equal(row.Speech is Speech.Traject ? 401 : 403, answer.Status);
            Assert.NotEqual((await AskAsync(row, "unknown")).Body, answer.Body);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_is_another_tenants_does_not_exist(string name)
    {
        var row = Row(name);
        if (row.Named == Named.Owned)
        {
            var theirs = await AskAsync(row, "stranger");
            var nobodys = await _asker.AskAsync(row, Things.Never(row), _keys["stranger"]);
            Assert.Equal(row switch { { Access: Access.Link } => 403, { Speech: Speech.Ivvy } => 400, _ => 404 }, theirs.Status);
            Assert.Equal(nobodys.Seen, theirs.Seen);
        }
        else if (row is { Access: Access.Read })
        {
            var list = await AskAsync(row, "stranger");
            Assert.DoesNotContain(Things.Ids, id => list.Body.Contains(id, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_is_refused_to_others_is_there_for_its_owner(string name)
    {
        var row = Row(name);
        if (row.Access == Access.Read && !row.Pattern.Contains("destinations", StringComparison.Ordinal))
        {
            var answer = await AskAsync(row, "reader");
            Assert.True(answer.Status is 200 or 201, answer.Seen);
        }
    }

    private static RouteRow Row(string name) => RouteTable.All.Single(row => row.ToString() == name);

    private Task<Answer> AskAsync(RouteRow row, string? key) => _asker.AskAsync(row, Things.Real(row), key is null ? null : _keys[key]);
}
