using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Lifecycle;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Who waits for the end of a batch is told of it, whether or not it has a callback.</summary>
public sealed class EndNewsTests : IAsyncLifetime
{
    private static readonly Guid Worker = Guid.NewGuid();

    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Of_each_end_there_is_news_once_it_can_be_seen()
    {
        var id = await _host.CreateAsync(jobs: 3, commit: true, callback: false);
        Assert.True((await _host.AskAsync(new StopBatch(id, Guid.NewGuid()))).Accepted);
        await HeardAsync(id, nameof(BatchState.Stopped));

        Assert.True((await _host.AskAsync(new StartBatch(id, Guid.NewGuid()))).Accepted);
        await _host.RunToEndAsync(id, Worker);
        await HeardAsync(id, nameof(BatchState.Finished));

        Assert.True((await _host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: false))).Accepted);
        await HeardAsync(id, nameof(BatchLifecycle.Deleted));
    }

    [Fact]
    public async Task What_is_no_end_is_no_news()
    {
        var created = await _host.CreateAsync(jobs: 1);
        var running = await _host.CreateAsync(jobs: 1, commit: true);
        await _host.AnnounceAsync(Worker);
        await _host.SliceAsync();
        var stopped = await _host.CreateAsync(jobs: 1, commit: true);
        Assert.True((await _host.AskAsync(new UpdateBatch(created, Guid.NewGuid(), """{"name":"other"}"""))).Accepted);
        Assert.False((await _host.AskAsync(new CommitBatch(running, Guid.NewGuid()))).Accepted);

        Assert.True((await _host.AskAsync(new StopBatch(stopped, Guid.NewGuid()))).Accepted);

        await HeardAsync(stopped, nameof(BatchState.Stopped));
    }

    [Fact]
    public async Task Ends_that_nobody_was_told_of_yet_are_told_of_together_and_too_many_are_forgotten()
    {
        var ended = new EndedBatches();
        var batches = Enumerable.Range(0, 20_000).Select(_ => Guid.NewGuid()).ToList();
        batches.ForEach(ended.Add);

        Assert.Equal(batches.Take(10_000), await ended.TakeAsync(default));

        ended.Add(batches[^1]);
        Assert.Equal(batches[^1], Assert.Single(await ended.TakeAsync(default)));
    }

    private async Task HeardAsync(Guid id, string state)
    {
        Assert.Equal(id, Assert.Single((await _host.ToldAsync<BatchesEnded>()).BatchIds));
        Assert.Equal(state, (await _host.BatchAsync(id)).CurrentState);
    }
}
