using Microsoft.Playwright;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>The browser that is installed, and a platform for it to look at.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // Milliseconds. The five seconds that are Playwright's own are not much for a page on a machine that has two busy processors.
    private const float Patience = 30_000;

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    /// <summary>The platform.</summary>
    public RunningPlatform Platform { get; } = new();

    public async Task InitializeAsync()
    {
        var program = Array.Find(Places, File.Exists) ?? throw new InvalidOperationException("No Chromium is installed: apt-get install chromium, or ./test.sh.");
        await Platform.InitializeAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        // Without the sandbox, which the tests' user may not be allowed: it looks at our own pages alone.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"] });
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Platform.DisposeAsync();
    }

    /// <summary>A window without a session.</summary>
    /// <param name="at">Where the dashboard is; the platform's own by default.</param>
    /// <param name="dark">In dark colours.</param>
    /// <param name="width">In pixels; 375 is a phone's.</param>
    /// <param name="scripts">Scripts run.</param>
    public async Task<Window> OpenAsync(Uri? at = null, bool dark = false, int width = 1200, bool scripts = true)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = (at ?? Platform.Address).ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = 800 },
            JavaScriptEnabled = scripts,
            TimezoneId = "Europe/Lisbon",
            Locale = "en-GB",
        });
        return new Window(context, await context.NewPageAsync());
    }

    /// <summary>A window with a session.</summary>
    public async Task<Window> SignedInAsync(string key = RunningPlatform.Key, Uri? at = null, bool dark = false, int width = 1200, bool scripts = true)
    {
        var window = await OpenAsync(at, dark, width, scripts);
        await window.SignInAsync(key);
        return window;
    }
}

/// <summary>One platform and one browser for all tests.</summary>
[CollectionDefinition(Name)]
public sealed class OneBrowser : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}
