using BatchPlatform.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Lists that are longer than a page, and parts of them in which nothing is found.</summary>
[Collection(OneBrowser.Name)]
public sealed class LongListTests(Chromium chromium, LongLists lists) : IClassFixture<LongLists>
{
    [Fact]
    public async Task A_match_behind_a_part_without_any_is_reached_and_all_can_be_acted_on()
    {
        await using var window = await chromium.SignedInAsync(at: lists.Address);
        await window.GoAsync("/batches?name=late");

        await Expect(window.Page.GetByText("None in this part of the list")).ToBeVisibleAsync();
        await Expect(window.Button("How many would that be?")).ToBeVisibleAsync();
        await Link(window, "Next page").ClickAsync();
        await Expect(Link(window, "A late one")).ToBeVisibleAsync();
        await Link(window, "Next page").ClickAsync();

        await Expect(window.Page.GetByText("None in the last part of the list")).ToBeVisibleAsync();
        await Expect(Link(window, "First page")).ToBeVisibleAsync();
        await Expect(window.Button("How many would that be?")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Schedules_are_looked_for_in_some_parts_of_the_list_and_their_number_is_told()
    {
        await using var window = await chromium.SignedInAsync(at: lists.Address);
        await window.GoAsync("/schedules");

        await Expect(Link(window, "Digest 1")).ToBeVisibleAsync();
        await Expect(Link(window, "Digest 2")).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("Only 2 of them")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("tenants")]
    [InlineData("keys")]
    [InlineData("actions")]
    public async Task What_does_not_fit_on_a_page_is_on_the_next(string page)
    {
        await using var window = await chromium.SignedInAsync(at: lists.Address);
        await window.GoAsync($"/{page}");

        await Expect(Row(window, "one")).ToHaveCountAsync(1);
        await Link(window, "Next page").ClickAsync();
        await Expect(Row(window, "two")).ToHaveCountAsync(1);
        await Expect(Link(window, "Next page")).ToHaveCountAsync(0);
        await Link(window, "First page").ClickAsync();

        await Expect(Row(window, "one")).ToHaveCountAsync(1);
    }

    private static ILocator Link(Window window, string name) => window.Page.GetByRole(AriaRole.Link, new() { Name = name });

    private static ILocator Row(Window window, string words) => window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = $"This is {words}" });
}

/// <summary>A dashboard over an API whose lists have several parts.</summary>
public sealed class LongLists : IAsyncLifetime
{
    private FakePlatform _api = null!;
    private ServiceProcess _dashboard = null!;

    public Uri Address => _dashboard.BaseAddress;

    public async Task InitializeAsync()
    {
        _api = await FakePlatform.StartAsync(new Dictionary<string, string>
        {
            ["GET /v1/usage"] = """{"tenant":"default"}""",
            ["GET /v1/tenants/default"] = """{"name":"default"}""",
            ["GET /v1/batches?name=late&limit=50"] = Part("", next: "2"),
            ["GET /v1/batches?name=late&limit=50&cursor=2"] = Part(Batch(1, "A late one"), next: "3"),
            ["GET /v1/batches?name=late&limit=50&cursor=3"] = Part("", next: null),
            ["GET /v1/batches?scheduled=true&limit=1000"] = Part("", next: "2"),
            ["GET /v1/batches?scheduled=true&limit=1000&cursor=2"] = Part(Batch(1, "Digest 1"), next: "3"),
            ["GET /v1/batches?scheduled=true&limit=999&cursor=3"] = Part(Batch(2, "Digest 2"), next: "4"),
            ["GET /v1/batches?scheduled=true&limit=998&cursor=4"] = Part("", next: "5"),
            ["GET /v1/batches?scheduled=true&limit=998&cursor=5"] = Part("", next: "6"),
            ["GET /v1/tenants?limit=50"] = Part(Tenant("This is one"), next: "2"),
            ["GET /v1/tenants?limit=50&cursor=2"] = Part(Tenant("This is two"), next: null),
            ["GET /v1/keys?limit=50"] = Part(Key("This is one"), next: "2"),
            ["GET /v1/keys?limit=50&cursor=2"] = Part(Key("This is two"), next: null),
            ["GET /v1/actions?limit=50"] = Part(Action("this_is_one"), next: "2"),
            ["GET /v1/actions?limit=50&cursor=2"] = Part(Action("this_is_two"), next: null),
        });
        _dashboard = await ServiceProcess.StartAsync(
            "services/dashboard", new Dictionary<string, string?> { ["Dashboard__Api"] = $"{_api.Address}" }, timeout: TimeSpan.FromMinutes(2));
    }

    public async Task DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        await _api.DisposeAsync();
    }

    private static string Part(string item, string? next) => $$"""{"items":[{{item}}],"next_cursor":{{(next is null ? "null" : $"\"{next}\"")}}}""";

    private static string Batch(int number, string name) => $$$"""
        {"id":"0198f000-0000-7000-8000-00000000000{{{number}}}","number":{{{number}}},"name":"{{{name}}}","state":"Finished","tenant":"default",
         "schedule":{"kind":"daily","hours":[6],"time_zone":"UTC"},"created_at":"2026-01-01T00:00:00Z"}
        """;

    private static string Tenant(string name) => $$"""{"name":"{{name}}","weight":1,"time_zone":"UTC"}""";

    private static string Key(string name) => $$"""
        {"id":"k","tenant":"default","scopes":["read"],"name":"{{name}}","created_at":"2026-01-01T00:00:00Z","expires_at":null,"revoked_at":null,"last_used_at":null,"signs":false,"key":null}
        """;

    private static string Action(string name) => $$"""
        {"id":"0198f000-0000-7000-8000-000000000001","target":"batches","action":"{{name}}","filter":{},"max_per_second":5,"state":"Finished",
         "matched":1,"done":1,"refused":0,"refusals":[],"created_at":"2026-01-01T00:00:00Z","ended_at":null}
        """;
}
