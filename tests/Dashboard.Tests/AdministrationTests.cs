using System.Net.Http.Json;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Upstreams, schedules, keys and tenants.</summary>
[Collection(OneBrowser.Name)]
public sealed partial class AdministrationTests(Chromium chromium)
{
    private readonly RunningPlatform _platform = chromium.Platform;

    [Fact]
    public async Task An_upstream_is_paused_and_resumed()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/upstreams");

        await window.Button("Pause: event").ClickAsync();
        await Expect(window.Button("Resume: event")).ToBeVisibleAsync();
        Assert.True((await _platform.GetAsync("/v1/upstreams/event/gate")).GetProperty("paused").GetBoolean());

        await window.Button("Resume: event").ClickAsync();
        await Expect(window.Button("Pause: event")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_schedule_shows_its_next_days_and_is_disabled_and_enabled()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/schedules");

        await Expect(window.Page.GetByText("Weekly on Mon, Wed, Fri at 6:00, 18:00")).ToBeVisibleAsync();
        // Three days with two fires each, within any seven days.
        await Expect(window.Page.Locator("svg.strip .fire")).ToHaveCountAsync(6);
        await window.Button("Disable: Weekly digest").ClickAsync();
        await window.Button("Enable: Weekly digest").ClickAsync();

        await Expect(window.Button("Disable: Weekly digest")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_key_is_made_shown_once_and_revoked_by_its_name()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/keys");

        await window.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Night shift");
        await window.Page.GetByLabel("write").CheckAsync();
        await window.Button("Make it").ClickAsync();
        var key = await window.Page.Locator("#new-key").InnerTextAsync();
        await window.GoAsync("/keys");
        Assert.DoesNotContain(key, await window.Page.ContentAsync(), StringComparison.Ordinal);

        var row = window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Night shift" });
        await row.GetByText("Revoke…").ClickAsync();
        await row.GetByLabel("To go on, type its name").FillAsync("Night shift");
        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();

        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Night shift" }).Locator(".badge")).ToHaveTextAsync("Revoked");
    }

    [Fact]
    public async Task Batches_of_another_tenant_are_listed_but_opened_with_a_key_of_his()
    {
        using var other = await _platform.TenantAsync("guests");
        using var made = await other.PostAsJsonAsync("/v1/batches", new { name = "A guest's" });
        made.EnsureSuccessStatusCode();
        await using var window = await chromium.SignedInAsync();

        await window.GoAsync("/batches?tenant=guests");

        await Expect(window.Page.GetByTitle("Opened with a key of guests")).ToHaveTextAsync("A guest's");
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "A guest's" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_waits_is_plotted()
    {
        await using var window = await chromium.SignedInAsync();

        await window.GoAsync("/");

        // Two of its 400 jobs are done in a second, and what waits is written down every ten.
        await Expect(window.Page.GetByRole(AriaRole.Img, new() { NameRegex = WaitingJobs() })).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    [GeneratedRegex("^Jobs that waited. In the database: [0-9,]+ at last, [1-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WaitingJobs();

    [Fact]
    public async Task A_tenant_is_given_another_weight_and_keeps_the_rest()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/tenants/reports");

        await window.Page.GetByLabel("Weight").FillAsync("2.5");
        await window.Button("Save").ClickAsync();

        await Expect(window.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        Assert.Equal(2.5, (await _platform.GetAsync("/v1/tenants/reports")).GetProperty("weight").GetDouble());
    }

    [Fact]
    public async Task A_parked_message_is_read_but_for_what_is_masked()
    {
        await using var api = await FakePlatform.StartAsync(new Dictionary<string, string>
        {
            ["GET /v1/usage"] = """{"tenant":"default"}""",
            ["GET /v1/tenants/default"] = """{"name":"default"}""",
            ["GET /v1/dead-letters?content=true"] = """
                {"items":[{"queue":"slices","count":1,"messages":[{"message_id":"01a20650-c61a-7e93-b735-945dd8f764ef","type":"RunSlice","batch_id":null,
                 "reason":"exception","exception_type":"System.Exception","consumer":null,"parked_at":"2026-01-02T03:04:05Z","content":{"namespace":"crm","email":"ann@example.org"}}]}]}
                """,
        });
        await using var dashboard = await ServiceProcess.StartAsync(
            "services/dashboard", new Dictionary<string, string?> { ["Dashboard__Api"] = $"{api.Address}", ["Dashboard__Mask__0"] = "email" });
        await using var window = await chromium.SignedInAsync(at: dashboard.BaseAddress);

        await window.GoAsync("/dead-letters");
        await window.Page.GetByText("What it says").ClickAsync();

        await Expect(window.Page.Locator("details pre")).ToContainTextAsync("\"namespace\": \"crm\"");
        await Expect(window.Page.Locator("details pre")).ToContainTextAsync("\"email\": \"•••\"");
    }

    [Fact]
    public async Task Nothing_parked_is_said_as_such()
    {
        await using var window = await chromium.SignedInAsync();

        await window.GoAsync("/dead-letters");

        await Expect(window.Page.GetByText("There are none")).ToBeVisibleAsync();
    }
}
