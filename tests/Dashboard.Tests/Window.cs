using Microsoft.Playwright;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>A window of the browser, which notes what the browser complains of.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // A refusal is shown by the page itself.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, and what the pages' policy did not allow.</summary>
    public List<string> Complaints { get; } = [];

    public Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesAsync() => _context.CookiesAsync();

    /// <summary>Opens a page of the dashboard.</summary>
    public async Task<IResponse> GoAsync(string path) => (await Page.GotoAsync($"/dashboard{path}"))!;

    /// <summary>Signs in, from whatever page leads there.</summary>
    public async Task SignInAsync(string key)
    {
        await GoAsync("/sign-in");
        await Page.GetByLabel("API key").FillAsync(key);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(Heading("Overview")).ToBeVisibleAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>What is said to be wrong, with these words in it.</summary>
    public ILocator Alert(string words) => Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = words });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
