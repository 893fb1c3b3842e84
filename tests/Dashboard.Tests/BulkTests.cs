using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>One action on all that match a filter, not only on a page.</summary>
[Collection(OneBrowser.Name)]
public sealed class BulkTests(Chromium chromium)
{
    private readonly RunningPlatform _platform = chromium.Platform;

    [Fact]
    public async Task Before_anything_is_done_one_sees_how_many_it_would_be_and_types_that()
    {
        await CreateAsync("Spring cleaning", count: 3);
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/batches?name=Spring+cleaning");

        await window.Page.GetByLabel("Action").SelectOptionAsync("Delete");
        await window.Button("How many would that be?").ClickAsync();
        await Expect(window.Heading("Delete: 3 batches")).ToBeVisibleAsync();
        await window.Page.GetByLabel("To go on, type").FillAsync("delete 4");
        await window.Button("Delete 3 batches").ClickAsync();
        await Expect(window.Alert("Nothing was done")).ToBeVisibleAsync();
        Assert.Equal(3, await CountAsync("Spring cleaning"));

        await window.Page.GetByLabel("To go on, type").FillAsync("delete 3");
        await window.Button("Delete 3 batches").ClickAsync();

        await Expect(window.Page.Locator("#head .badge")).ToHaveTextAsync("Finished");
        Assert.Equal(0, await CountAsync("Spring cleaning"));
    }

    [Theory]
    [InlineData(false, "Refused", 1)]
    [InlineData(true, "Done", 0)]
    public async Task Running_batches_are_deleted_only_when_that_was_asked_for(bool force, string counted, int left)
    {
        var name = $"Under way, {counted}";
        await _platform.CreateAsync(new JsonObject { ["name"] = name, ["commit"] = true, ["jobs"] = RunningPlatform.LookUps("geocoder", Enumerable.Repeat("Lisbon", 100)) });
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/act?name={Uri.EscapeDataString(name)}&action=Delete");

        await window.Page.GetByLabel("Running ones, too").SetCheckedAsync(force);
        await window.Page.GetByLabel("To go on, type").FillAsync("delete 1");
        await window.Button("Delete 1 batch").ClickAsync();

        await Expect(window.Page.Locator("#head .badge")).ToHaveTextAsync("Finished");
        await Expect(window.Page.Locator($"dl.facts dt:text-is('{counted}') + dd")).ToHaveTextAsync("1");
        Assert.Equal(left, await CountAsync(name));
    }

    [Fact]
    public async Task An_action_that_takes_long_is_followed_and_cancelled()
    {
        await CreateAsync("One by one", count: 30);
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/batches/act?name=One+by+one&action=Pause");

        await window.Page.GetByLabel("At most so many a second").FillAsync("1");
        await window.Button("Pause 30 batches").ClickAsync();
        await window.Button("Cancel it").ClickAsync();

        await Expect(window.Page.Locator("#head .badge")).ToHaveTextAsync("Cancelled");
    }

    private async Task CreateAsync(string name, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await _platform.CreateAsync(new JsonObject { ["name"] = name, ["jobs"] = RunningPlatform.LookUps("places", "Lisbon") });
        }
    }

    private async Task<int> CountAsync(string name) => (await _platform.GetAsync($"/v1/batches?name={Uri.EscapeDataString(name)}")).GetProperty("items").GetArrayLength();
}
