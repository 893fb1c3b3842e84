using System.Net;
using BatchPlatform.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>These replace standard output, so they are one class: xunit runs its tests one after the other.</summary>
public sealed class FirstKeyTests(ApiApp app) : IClassFixture<ApiApp>, IAsyncLifetime
{
    public Task InitializeAsync() => app.WriteAsync(db => db.Keys.RemoveRange(db.Keys.ToList()));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Without_a_configured_key_one_is_made_and_printed_once()
    {
        var printed = await PrintedAsync(configured: null);
        var key = printed.Trim().Split(' ')[^1];
        using var client = app.NewClient(key);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/batches", "{}")).Status);
        Assert.Empty(await PrintedAsync(configured: null));
    }

    [Fact]
    public async Task Processes_that_start_at_once_print_one_key()
    {
        var printed = await CaptureAsync(() => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => First(null).EnsureAsync(default)))));
        Assert.Single(printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_configured_key_is_never_printed_and_replaces_the_one_before()
    {
        Assert.Empty(await PrintedAsync("the-first-long-key"));
        Assert.Empty(await PrintedAsync("the-second-long-key"));
        using var old = app.NewClient("the-first-long-key");
        using var current = app.NewClient("the-second-long-key");
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.PostAsync("/v1/batches", "{}")).Status);
        Assert.Equal(HttpStatusCode.Created, (await current.PostAsync("/v1/batches", "{}")).Status);
    }

    [Fact]
    public async Task A_configured_key_may_look_like_a_made_one()
    {
        var key = KeySecret.Make("elsewhere");
        await PrintedAsync(key);
        using var client = app.NewClient(key);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/batches", "{}")).Status);
    }

    [Fact]
    public async Task A_short_key_stops_the_start_with_a_clear_message()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ApiApp.StartAsync(new() { ["Admin:Key"] = "fifteen-letters" }));
        Assert.Contains("Admin__Key", error.Message);
        Assert.Contains("16", error.Message);
    }

    private static async Task<string> CaptureAsync(Func<Task> act)
    {
        var before = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(captured));
        try
        {
            await act();
        }
        finally
        {
            Console.SetOut(before);
        }

        return captured.ToString();
    }

    private Task<string> PrintedAsync(string? configured) => CaptureAsync(() => First(configured).EnsureAsync(default));

    private FirstKey First(string? configured) => new(
        app.Services.GetRequiredService<BatchStore>(),
        app.Services.GetRequiredService<NumberSource>(),
        new ConfigurationBuilder().AddInMemoryCollection([new("Admin:Key", configured)]).Build());
}
