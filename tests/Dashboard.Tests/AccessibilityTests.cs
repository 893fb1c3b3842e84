using System.Text.Json;
using BatchPlatform.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Everybody can use the pages: by keyboard, with a screen reader, on a phone, in light and in dark.</summary>
[Collection(OneBrowser.Name)]
public sealed class AccessibilityTests(Chromium chromium)
{
    private const string Run = "async () => (await axe.run(document)).violations.map(each => ({ id: each.id, impact: each.impact, where: each.nodes.map(node => node.target.join(' ')) }))";

    private static readonly Lazy<string> Axe = new(() =>
    {
        var file = Path.Combine(RepositoryPaths.Root, "tests", "Dashboard.Tests", "Axe", "node_modules", "axe-core", "axe.min.js");
        return File.Exists(file) ? File.ReadAllText(file) : throw new InvalidOperationException("axe is not installed. Run ./test.sh, or in tests/Dashboard.Tests/Axe: npm ci");
    });

    [Theory]
    [InlineData(false, 1200)]
    [InlineData(true, 1200)]
    [InlineData(false, 375)]
    [InlineData(true, 375)]
    public async Task Axe_finds_nothing_serious_on_any_page(bool dark, int width)
    {
        await using var stranger = await chromium.OpenAsync(dark: dark, width: width);
        var faults = await FaultsAsync(stranger, "/sign-in");

        await using var window = await chromium.SignedInAsync(dark: dark, width: width);
        foreach (var (_, path) in Pages.Of(chromium.Platform))
        {
            faults.AddRange(await FaultsAsync(window, path));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Axe_would_find_something()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoAsync("/sign-in");
        await window.Page.EvaluateAsync("document.querySelector('label').remove()");

        Assert.Contains(await SeriousAsync(window.Page), fault => fault.StartsWith("label", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_page_is_wider_than_a_phone()
    {
        await using var window = await chromium.SignedInAsync(width: 375);

        foreach (var (_, path) in Pages.Of(chromium.Platform))
        {
            await window.GoAsync(path);
            var wider = await window.Page.EvaluateAsync<string[]>("""
                document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : [...document.querySelectorAll("*")]
                    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth)
                    .map((each) => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 20)}`)
                """);
            Assert.True(wider.Length == 0, $"{path} is too wide: {string.Join(", ", wider)}");
        }
    }

    [Fact]
    public async Task The_first_key_leads_past_the_menu_and_every_stop_is_seen()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/batches");

        await window.Page.Keyboard.PressAsync("Tab");
        await Expect(window.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.Keyboard.PressAsync("Tab");

        await Expect(window.Page.GetByLabel("Name contains")).ToBeFocusedAsync();
        Assert.Equal("solid", await window.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
    }

    [Fact]
    public async Task Times_are_the_viewers_with_UTC_where_the_pointer_rests()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{chromium.Platform.Finished}");

        var time = window.Page.Locator("time").First;

        Assert.EndsWith(" UTC", await time.GetAttributeAsync("title"), StringComparison.Ordinal);
        Assert.DoesNotContain("UTC", await time.InnerTextAsync(), StringComparison.Ordinal);
    }

    private static async Task<List<string>> FaultsAsync(Window window, string path)
    {
        await window.GoAsync(path);
        return (await SeriousAsync(window.Page)).ConvertAll(fault => $"{path}: {fault}");
    }

    private static async Task<List<string>> SeriousAsync(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        var found = await page.EvaluateAsync<JsonElement>(Run);
        return [.. found.EnumerateArray()
            .Where(fault => fault.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(fault => $"{fault.GetProperty("id")}: {string.Join(", ", fault.GetProperty("where").EnumerateArray().Take(5))}")];
    }
}
