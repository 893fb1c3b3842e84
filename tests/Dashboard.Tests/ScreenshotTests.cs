using System.Diagnostics;
using BatchPlatform.Testing;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>What the pages look like, and how fast they come.</summary>
[Collection(OneBrowser.Name)]
public sealed class ScreenshotTests(Chromium chromium, ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "docs", "screenshots");

    /// <summary><c>BP_WRITE_DOCS=1 dotnet test tests/Dashboard.Tests --filter Screenshot</c> takes the pictures of docs/ anew.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_page_is_drawn_and_comes_soon(bool dark)
    {
        await using var window = await chromium.SignedInAsync(dark: dark);
        var refused = new List<string>();
        foreach (var (name, path) in Pages.Of(chromium.Platform))
        {
            await window.GoAsync(path);
            var began = Stopwatch.GetTimestamp();
            var answer = await window.GoAsync(path);
            output.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalMilliseconds,6:0} ms  {path}");

            refused.AddRange(answer.Ok ? [] : [$"{path}: {answer.Status}"]);
            if (Environment.GetEnvironmentVariable("BP_WRITE_DOCS") == "1" && (!dark || name is "overview" or "running"))
            {
                await SaveAsync(window, dark ? $"{name}-dark" : name);
            }
        }

        Assert.Empty(refused.Concat(window.Complaints));
    }

    private static async Task SaveAsync(Window window, string name)
    {
        Directory.CreateDirectory(Folder);
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
    }
}
