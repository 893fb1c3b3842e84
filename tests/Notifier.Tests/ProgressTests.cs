using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;

namespace BatchPlatform.Notifier.Tests;

public sealed class ProgressTests : IAsyncDisposable
{
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_running_batch_that_asked_for_it_tells_how_far_it_is_and_then_its_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        var batch = await RunningAsync(host, 7, receiver.Url, progress: true);
        await RunningAsync(host, 8, receiver.Url, progress: false);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.Equal(1, () => receiver.Received.Count);
        host.Clock.Advance(TimeSpan.FromMinutes(1)); // nothing has happened since
        await host.ChangeAsync(7, row => row.CurrentState = nameof(BatchState.Finished));
        await host.SayEndedAsync(batch);
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal(["batch.progress", "batch.finished"], receiver.Received.Select(received => received.Headers["batch-event"]));
        var data = JsonDocument.Parse(receiver.Received[0].Body).RootElement.GetProperty("data");
        Assert.Equal("Running", data.GetProperty("state").GetString());
        Assert.Equal("""{"total":3,"completed":2,"failed":1}""", data.GetProperty("counts").GetRawText());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("ended_at").ValueKind);
    }

    [Fact]
    public async Task Progress_does_not_hide_that_the_end_was_never_heard()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        await RunningAsync(host, 7, receiver.Url, progress: true);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.Equal(1, () => receiver.Received.Count);

        await host.ChangeAsync(7, row => (row.CurrentState, row.EndedAt) = (nameof(BatchState.Finished), host.Clock.GetUtcNow().UtcDateTime));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal("batch.finished", receiver.Received[1].Headers["batch-event"]);
    }

    private static Task<Batch> RunningAsync(NotifierHost host, long number, string url, bool progress) => host.EndedBatchAsync(
        number, url, row => (row.CurrentState, row.EndedAt, row.Callback) = (nameof(BatchState.Running), null, new Callback(url, Progress: progress)));
}
