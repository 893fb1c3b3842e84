using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>GET of a batch that answers once the batch has ended.</summary>
public sealed class WaitTests(SqliteApp app) : ReadingTests<SqliteApp>(app)
{
    [Theory]
    [InlineData(BatchState.Finished)]
    [InlineData(BatchState.Stopped)]
    public async Task The_answer_comes_once_the_batch_has_ended(BatchState end)
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Running);
        var answer = Tenant.GetAsync(Path(batch, wait: 60));
        await LookedAsync();

        await Tenant.MoveAsync(batch, end);
        Tell(batch);
        Assert.Equal(end.ToString(), (await answer).Text("state"));
    }

    // As that of a batch that ended and was started again at once: it is waited for on.
    [Fact]
    public async Task News_of_a_batch_that_runs_is_no_end()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Running);
        var answer = Tenant.GetAsync(Path(batch, wait: 60));
        await LookedAsync();

        Tell(batch);
        await LookedAsync();
        await Tenant.MoveAsync(batch, BatchState.Finished);
        Tell(batch);
        Assert.Equal("Finished", (await answer).Text("state"));
    }

    [Fact]
    public async Task A_batch_whose_end_nobody_tells_of_is_looked_at_now_and_then()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Running);
        var answer = Tenant.GetAsync(Path(batch, wait: 60));
        await LookedAsync();

        await Tenant.MoveAsync(batch, BatchState.Running);
        App.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await LookedAsync();
        Assert.False(answer.IsCompleted);

        await Tenant.MoveAsync(batch, BatchState.Finished);
        App.Clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("Finished", (await answer).Text("state"));
    }

    [Fact]
    public async Task A_batch_that_has_ended_is_not_waited_for()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Finished);

        Assert.Equal("Finished", (await Tenant.GetAsync(Path(batch, wait: 60))).Text("state"));
    }

    [Fact]
    public async Task The_answer_comes_when_the_time_is_over()
    {
        var batch = await Tenant.BatchAsync(jobs: 1, BatchState.Running);
        var answer = Tenant.GetAsync(Path(batch, wait: 3));
        await LookedAsync();

        App.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("Running", (await answer).Text("state"));
    }

    [Fact]
    public async Task A_batch_deleted_meanwhile_is_not_found()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        var answer = Tenant.Client.GetAsync(new Uri(Path(batch, wait: 60), UriKind.Relative));
        await LookedAsync();

        batch.DeletedAt = App.Now;
        await Tenant.MoveAsync(batch, BatchState.Created);
        Tell(batch);

        Assert.Equal(HttpStatusCode.NotFound, (await answer).StatusCode);
    }

    [Fact]
    public async Task A_client_that_goes_is_not_waited_for_any_more()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        using var going = new CancellationTokenSource();
        var answer = Tenant.Client.GetAsync(new Uri(Path(batch, wait: 60), UriKind.Relative), going.Token);
        await LookedAsync();

        await going.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await Eventually.Equal(0, () => App.Clock.ActiveTimers);
    }

    [Fact]
    public async Task News_that_was_heard_is_news_no_more()
    {
        var (news, batch) = (new EndNews(), Guid.NewGuid());
        using var waiting = news.Of(batch);
        using var other = news.Of(Guid.NewGuid());
        news.Tell([batch]);
        await waiting.PauseAsync(TimeSpan.FromDays(1), App.Clock, default);

        var (again, others) = (waiting.PauseAsync(TimeSpan.FromDays(1), App.Clock, default), other.PauseAsync(TimeSpan.FromDays(1), App.Clock, default));
        Assert.False(again.IsCompleted || others.IsCompleted);

        news.Tell([batch, Guid.NewGuid()]);
        await again;
        Assert.False(others.IsCompleted);
        App.Clock.Advance(TimeSpan.FromDays(1));
        await others;
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("61")]
    [InlineData("0.5")]
    [InlineData("long")]
    public async Task Any_other_wait_is_refused(string wait)
    {
        var batch = await Tenant.BatchAsync(jobs: 1);

        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}?wait={wait}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "wait");
    }

    private static string Path(Batch batch, int wait) => $"/v1/batches/{batch.CorrelationId}?wait={wait}";

    private void Tell(Batch batch) => App.News.Tell([batch.CorrelationId]);

    // The batch has been looked at, and is looked at again after a while; beside it runs the time that the client gave.
    private Task LookedAsync() => Eventually.Equal(2, () => App.Clock.ActiveTimers);
}
