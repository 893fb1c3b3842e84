using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>What one sees of batches and jobs, and does to them.</summary>
[Collection(OneBrowser.Name)]
public sealed class BatchTests(Chromium chromium)
{
    private readonly RunningPlatform _platform = chromium.Platform;

    [Fact]
    public async Task Batches_are_found_by_name_and_state()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync("/batches");

        await window.Page.GetByLabel("Name contains").FillAsync("Venues");
        await window.Page.GetByLabel("State").SelectOptionAsync("Finished");
        await window.Button("Search").ClickAsync();

        await Expect(window.Page.Locator("#found tbody tr")).ToHaveCountAsync(1);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Venues from the import" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_search_that_finds_nothing_says_what_to_do()
    {
        await using var window = await chromium.SignedInAsync();

        await window.GoAsync("/batches?name=nothing-is-called-so");

        await Expect(window.Page.GetByText("No batch matches")).ToBeVisibleAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "look at all of them" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_is_stopped_and_goes_on_with_and_without_scripts(bool scripts)
    {
        var batch = await SlowBatchAsync($"Slow, scripts {scripts}");
        await using var window = await chromium.SignedInAsync(scripts: scripts);
        await window.GoAsync($"/batches/{batch}");

        await window.Button("Stop").ClickAsync();
        await _platform.StateAsync(batch, "Stopped");
        await Expect(window.Button("Go on")).ToBeVisibleAsync();
        await window.Button("Go on").ClickAsync();

        await Expect(window.Button("Stop")).ToBeVisibleAsync();
        await _platform.StateAsync(batch, "Running");
    }

    [Fact]
    public async Task A_page_follows_its_batch_by_itself()
    {
        var batch = await SlowBatchAsync("Followed");
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{batch}");
        await Expect(window.Page.Locator("#head .badge")).ToHaveTextAsync("Running");

        using var stopped = await _platform.Client.PostAsync(new Uri($"/v1/batches/{batch}/stop", UriKind.Relative), content: null);

        await Expect(window.Page.Locator("#head .badge")).ToHaveTextAsync("Stopped");
        await Expect(window.Page.Locator("#told")).ToHaveTextAsync("The batch is Stopped.");
    }

    [Fact]
    public async Task Failed_jobs_are_run_again()
    {
        var batch = await FailedBatchAsync("To be retried");
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{batch}");

        await window.Button("Retry failed jobs").ClickAsync();

        await Expect(window.Page.Locator("#runs tbody tr")).ToHaveCountAsync(2);
        await Eventually.Equal(2, async () => (await _platform.GetAsync($"/v1/batches/{batch}")).GetProperty("run").GetInt32());
    }

    [Fact]
    public async Task A_batch_is_deleted_once_its_name_was_typed_and_not_before()
    {
        var batch = await FailedBatchAsync("To be deleted");
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{batch}");

        await window.Page.GetByText("Delete the batch…").ClickAsync();
        await window.Page.GetByLabel("To go on, type its name").FillAsync("Another");
        await window.Button("Delete the batch").ClickAsync();
        await Expect(window.Alert("Nothing was done")).ToBeVisibleAsync();
        Assert.Equal("Finished", (await _platform.GetAsync($"/v1/batches/{batch}")).GetProperty("state").GetString());

        await window.Page.GetByLabel("To go on, type its name").FillAsync("To be deleted");
        await window.Button("Delete the batch").ClickAsync();
        await Expect(window.Heading("Batches").First).ToBeVisibleAsync();
        using var answer = await _platform.Client.GetAsync(new Uri($"/v1/batches/{batch}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_refused_is_told_with_its_code()
    {
        var batch = await SlowBatchAsync("Stopped twice");
        await using var window = await chromium.SignedInAsync(scripts: false);
        await window.GoAsync($"/batches/{batch}");
        using var deleted = await _platform.Client.DeleteAsync(new Uri($"/v1/batches/{batch}?force=true", UriKind.Relative));

        await window.Button("Stop").ClickAsync();

        await Expect(window.Alert("BATCH_NOT_FOUND")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_job_shows_what_it_asked_what_came_and_its_call_as_a_command()
    {
        await using var window = await chromium.SignedInAsync();

        await window.GoAsync($"/batches/{_platform.Finished}/jobs/0");

        await Expect(window.Page.Locator("#params")).ToContainTextAsync("\"name\"");
        await Expect(window.Page.Locator("#response")).ToContainTextAsync("{");
        await Expect(window.Page.Locator("#curl-call")).ToContainTextAsync("curl -X GET 'http://127.0.0.1");
        await Expect(window.Button("Copy as curl").First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("csv")]
    public async Task Results_are_downloaded_in_each_format(string format)
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{_platform.Finished}");

        var download = await window.Page.RunAndWaitForDownloadAsync(() =>
            window.Page.GetByRole(AriaRole.Link, new() { Name = format.ToUpperInvariant(), Exact = true }).ClickAsync());

        Assert.Equal($"results-{_platform.Finished}.{format}", download.SuggestedFilename);
        Assert.Equal(
            await _platform.Client.GetStringAsync($"/v1/batches/{_platform.Finished}/results?format={format}"),
            await File.ReadAllTextAsync(await download.PathAsync()));
    }

    [Fact]
    public async Task A_callback_is_shown_with_its_attempts_and_sent_again()
    {
        await using var window = await chromium.SignedInAsync();
        await window.GoAsync($"/batches/{_platform.Failed}");

        var attempts = window.Page.Locator("#callbacks details").First;
        await attempts.Locator("summary").ClickAsync();
        await Expect(attempts).ToContainTextAsync("no answer");
        await window.Button("Send again: batch.finished of run 1").ClickAsync();

        await Expect(window.Page.Locator("#callbacks .badge").First).ToHaveTextAsync("Waiting");
    }

    private Task<string> SlowBatchAsync(string name) => StartedAsync(name, _platform.NextSlowUpstream(), Enumerable.Repeat("Lisbon", 200), "Running");

    private Task<string> FailedBatchAsync(string name) => StartedAsync(name, "places", ["Lisbon", "No such venue"], "Finished");

    private async Task<string> StartedAsync(string name, string ns, IEnumerable<string> places, string state)
    {
        var batch = await _platform.CreateAsync(new JsonObject { ["name"] = name, ["commit"] = true, ["jobs"] = RunningPlatform.LookUps(ns, places) });
        await _platform.StateAsync(batch, state);
        return batch;
    }
}
