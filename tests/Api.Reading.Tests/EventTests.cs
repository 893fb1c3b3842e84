using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class EventTests(SqliteApp app) : ReadingTests<SqliteApp>(app)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_batch_that_is_over_tells_its_progress_and_the_end()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Tenant.Completed(0));

        var events = await Tenant.TextAsync(Path(batch));

        const string Data = """{"state":"Finished","counts":{"total":1,"pending":0,"queued":0,"processing":0,"completed":1,"failed":0},"jobs_per_second":null,"eta_seconds":0}""";
        Assert.Equal($"event: progress\ndata: {Data}\n\nevent: end\ndata: {Data}\n\n", events);
    }

    [Fact]
    public async Task Progress_is_told_at_once_on_change_and_at_the_end()
    {
        var batch = await Tenant.BatchAsync(jobs: 2, BatchState.Running, b => b.Run = 1);
        var run = await Tenant.RunAsync(batch);
        using var stream = await OpenAsync(batch);

        Assert.Equal(("progress", 2), await NextAsync(stream));

        await Tenant.OutcomesAsync(run, Tenant.Completed(0));
        await TickAsync();
        Assert.Equal(("progress", 1), await NextAsync(stream));

        await Tenant.OutcomesAsync(run, Tenant.Completed(1));
        await Tenant.MoveAsync(batch, BatchState.Finished);
        await TickAsync();
        Assert.Equal(("progress", 0), await NextAsync(stream));
        Assert.Equal(("end", 0), await NextAsync(stream));
        Assert.Null(await stream.ReadLineAsync());
    }

    [Fact]
    public async Task A_batch_that_stands_still_is_silent_but_for_a_comment_every_15_seconds()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        using var stream = await OpenAsync(batch);
        Assert.Equal(("progress", 1), await NextAsync(stream));

        for (var elapsed = TimeSpan.Zero; elapsed < TimeSpan.FromSeconds(15); elapsed += Period)
        {
            await TickAsync();
        }

        Assert.StartsWith(":", await stream.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("", await stream.ReadLineAsync());

        await Tenant.MoveAsync(batch, BatchState.Stopped);
        await TickAsync();
        Assert.Equal(("progress", 1), await NextAsync(stream));
        Assert.Equal(("end", 1), await NextAsync(stream));
    }

    [Fact]
    public async Task A_batch_deleted_meanwhile_closes_the_stream_without_an_end()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        using var stream = await OpenAsync(batch);
        Assert.Equal(("progress", 1), await NextAsync(stream));

        batch.DeletedAt = App.Now;
        await Tenant.MoveAsync(batch, BatchState.Created);
        await TickAsync();

        Assert.Null(await stream.ReadLineAsync());
    }

    [Fact]
    public async Task A_client_that_goes_is_not_followed_any_more()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        using (var stream = await OpenAsync(batch))
        {
            Assert.Equal(("progress", 1), await NextAsync(stream));
            await Eventually.Equal(1, () => App.Clock.ActiveTimers);
        }

        await Eventually.Equal(0, () => App.Clock.ActiveTimers);
    }

    private static string Path(Batch batch) => $"/v1/batches/{batch.CorrelationId}/events";

    private async Task<StreamReader> OpenAsync(Batch batch) => new(await Tenant.Client.GetStreamAsync(new Uri(Path(batch), UriKind.Relative)));

    // The name of the next event and the jobs that it says are pending.
    private static async Task<(string? Name, int Pending)> NextAsync(StreamReader stream)
    {
        var name = await stream.ReadLineAsync();
        var data = await stream.ReadLineAsync();
        Assert.Equal("", await stream.ReadLineAsync());
        var counts = Json.Lines(data!["data: ".Length..]).Single().GetProperty("counts");
        return (name?["event: ".Length..], counts.Int("pending"));
    }

    // Time moves once the stream waits for it.
    private async Task TickAsync()
    {
        await Eventually.Equal(1, () => App.Clock.ActiveTimers);
        App.Clock.Advance(Period);
    }
}
