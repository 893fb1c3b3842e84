using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>Who is let in, and where the key goes.</summary>
[Collection(OneBrowser.Name)]
public sealed class SessionTests(Chromium chromium)
{
    private readonly RunningPlatform _platform = chromium.Platform;

    [Fact]
    public async Task Without_a_session_one_signs_in_and_goes_on_where_one_wanted_to()
    {
        await using var window = await chromium.OpenAsync();

        await window.GoAsync($"/batches/{_platform.Finished}");
        await window.Page.GetByLabel("API key").FillAsync(RunningPlatform.Key);
        await window.Button("Sign in").ClickAsync();

        await Expect(window.Heading("Places of the week")).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_key_that_is_not_known_lets_nobody_in_and_is_not_shown_again()
    {
        await using var window = await chromium.OpenAsync();

        await window.GoAsync("/sign-in");
        await window.Page.GetByLabel("API key").FillAsync("not-a-key-of-anybody");
        await window.Button("Sign in").ClickAsync();

        await Expect(window.Alert("This key lets nobody in")).ToBeVisibleAsync();
        Assert.DoesNotContain("not-a-key-of-anybody", await window.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal(302, (int)(await PlainAsync("/dashboard/batches")).StatusCode);
    }

    [Fact]
    public async Task After_signing_out_one_must_sign_in_again()
    {
        await using var window = await chromium.SignedInAsync();

        await window.Button("Sign out").ClickAsync();
        await window.GoAsync("/batches");

        await Expect(window.Page.GetByLabel("API key")).ToBeVisibleAsync();
        Assert.DoesNotContain(await window.CookiesAsync(), cookie => cookie.Name == "batch_dashboard");
    }

    [Fact]
    public async Task The_session_is_in_an_encrypted_cookie_that_no_script_and_no_other_site_gets()
    {
        await using var window = await chromium.SignedInAsync();

        var cookie = Assert.Single(await window.CookiesAsync(), cookie => cookie.Name == "batch_dashboard");

        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
        Assert.Equal("/dashboard", cookie.Path);
        Assert.DoesNotContain(RunningPlatform.Key, cookie.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_page_and_no_line_of_the_log_holds_the_key()
    {
        await using var window = await chromium.SignedInAsync();

        foreach (var (_, path) in Pages.Of(_platform))
        {
            await window.GoAsync(path);
            Assert.DoesNotContain(RunningPlatform.Key, await window.Page.ContentAsync(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(RunningPlatform.Key, _platform.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example/x")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("https://elsewhere.example")]
    public async Task Signing_in_leads_nowhere_but_to_the_dashboard(string back)
    {
        await using var window = await chromium.OpenAsync();

        await window.GoAsync($"/sign-in?back={Uri.EscapeDataString(back)}");
        await window.Page.GetByLabel("API key").FillAsync(RunningPlatform.Key);
        await window.Button("Sign in").ClickAsync();

        await Expect(window.Heading("Overview")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "sign-in", ["Key"] = RunningPlatform.Key });
        using var http = new HttpClient { BaseAddress = _platform.Address };

        using var answer = await http.PostAsync(new Uri("/dashboard/sign-in", UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie") && answer.Headers.GetValues("Set-Cookie").Any(cookie => cookie.StartsWith("batch_dashboard=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pages_allow_browsers_nothing_but_files_of_the_dashboard()
    {
        using var answer = await PlainAsync("/dashboard/sign-in");

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_does_not_administer_is_not_offered_what_it_may_not_see_and_told_so_when_it_asks()
    {
        await using var window = await chromium.SignedInAsync(_platform.ReaderKey);

        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Keys" })).ToHaveCountAsync(0);
        var answer = await window.GoAsync("/keys");

        Assert.Equal(403, answer.Status);
        await Expect(window.Alert("Your key may not do this")).ToBeVisibleAsync();
        Assert.Equal(404, (await window.GoAsync($"/batches/{_platform.Finished}")).Status);
    }

    private async Task<HttpResponseMessage> PlainAsync(string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _platform.Address };
        return await http.GetAsync(new Uri(path, UriKind.Relative));
    }
}
