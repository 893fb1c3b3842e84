using BatchPlatform.Testing;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>A dashboard in a process of its own, which masks.</summary>
[Collection(OneBrowser.Name)]
public sealed class MaskTests(Chromium chromium)
{
    [Theory]
    [InlineData("NAME", "query", "admin")]
    [InlineData("*")]
    public async Task What_is_masked_is_on_no_page_and_in_no_file(params string[] mask)
    {
        var job = await chromium.Platform.GetAsync($"/v1/batches/{chromium.Platform.Finished}/jobs/0");
        var name = job.GetProperty("params").GetProperty("name").GetString()!;
        await using var dashboard = await StartAsync(mask);
        await using var window = await chromium.SignedInAsync(at: dashboard.BaseAddress);

        var page = await window.GoAsync($"/batches/{chromium.Platform.Finished}/jobs/0");

        Assert.True(page.Ok, dashboard.Output);
        await Expect(window.Page.Locator("#params")).ToContainTextAsync("•••");
        Assert.DoesNotContain($"\"{name}\"", await window.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.DoesNotContain($"name={Uri.EscapeDataString(name)}", await window.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        var download = await window.Page.APIRequest.GetAsync($"/dashboard/batches/{chromium.Platform.Finished}/results?format=csv");
        Assert.Equal(403, download.Status);
    }

    [Fact]
    public async Task A_platform_that_is_away_is_said_to_be()
    {
        await using var dashboard = await ServiceProcess.StartAsync("services/dashboard", new Dictionary<string, string?> { ["Dashboard__Api"] = $"http://127.0.0.1:{LoopbackPort.Next()}" });
        await using var window = await chromium.OpenAsync(dashboard.BaseAddress);

        await window.GoAsync("/sign-in");
        await window.Page.GetByLabel("API key").FillAsync(RunningPlatform.Key);
        await window.Button("Sign in").ClickAsync();

        await Expect(window.Alert("The API cannot be reached")).ToBeVisibleAsync();
    }

    private Task<ServiceProcess> StartAsync(string[] mask)
    {
        var settings = mask.Index().ToDictionary(each => $"Dashboard__Mask__{each.Index}", each => (string?)each.Item);
        settings["Dashboard__Api"] = chromium.Platform.Address.ToString();
        return ServiceProcess.StartAsync("services/dashboard", settings);
    }
}
