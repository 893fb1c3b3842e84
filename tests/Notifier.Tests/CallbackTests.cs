using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Notifier.Tests;

/// <summary>What is owed, and what it says.</summary>
public sealed class CallbackTests : IAsyncDisposable
{
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(BatchState.Finished, "batch.finished")]
    [InlineData(BatchState.Stopped, "batch.stopped")]
    public async Task A_batch_that_ended_is_told_with_its_counts(BatchState state, string type)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        var batch = await host.EndedBatchAsync(7, receiver.Url + "/ended?by=us", row => row.CurrentState = state.ToString());

        await host.SayEndedAsync(batch, state);
        var delivery = await host.AttemptedAsync(1);

        var received = receiver.Received.Single();
        Assert.Equal("/ended", received.Path);
        var expected = JsonNode.Parse($$"""
            {
              "type": "{{type}}",
              "timestamp": "2026-01-01T00:00:00Z",
              "data": {
                "id": "{{batch.CorrelationId}}", "number": 7, "name": "batch 7", "state": "{{state}}", "run": 1,
                "counts": { "total": 3, "completed": 2, "failed": 1 },
                "ended_at": "2026-01-01T00:00:00Z",
                "links": { "batch": "/v1/batches/{{batch.CorrelationId}}", "results": "/v1/batches/{{batch.CorrelationId}}/results" }
              }
            }
            """);
        var body = JsonNode.Parse(received.Body)!;
        body["data"]!["links"]!.AsObject().Remove("download");
        Assert.True(JsonNode.DeepEquals(expected, body), received.Body);
        Assert.Equal("application/json; charset=utf-8", received.Headers["Content-Type"]);
        Assert.Equal($"{delivery.Id}", received.Headers["webhook-id"]);
        Assert.Equal("1767225600", received.Headers["webhook-timestamp"]);
        Assert.Equal((type, $"{batch.CorrelationId}"), (received.Headers["batch-event"], received.Headers["batch-id"]));
        Assert.StartsWith("BatchPlatform", received.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.Equal(DeliveryStates.Delivered, delivery.State);
    }

    [Fact]
    public async Task A_retry_of_failed_jobs_is_counted_over_the_run_that_it_retries()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store, new() { ["Public:BaseUrl"] = "https://batches.example/" });
        var batch = await host.EndedBatchAsync(7, receiver.Url, row => row.Run = 2);
        await using (var unit = await host.Store.BeginAsync())
        {
            unit.Db.Runs.Add(NotifierHost.RunOf(batch, number: 2, root: 1, completed: 1, failed: 0));
            await unit.CommitAsync();
        }

        await host.SayEndedAsync(batch);
        await host.AttemptedAsync(1);

        var data = JsonDocument.Parse(receiver.Received.Single().Body).RootElement.GetProperty("data");
        Assert.Equal("""{"total":3,"completed":3,"failed":0}""", data.GetProperty("counts").GetRawText());
        Assert.Equal($"https://batches.example/v1/batches/{batch.CorrelationId}/results", data.GetProperty("links").GetProperty("results").GetString());
    }

    [Fact]
    public async Task An_end_heard_again_is_owed_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        var batch = await host.EndedBatchAsync(7, receiver.Url);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.SayEndedAsync(batch)));
        await host.EndAsync(8, receiver.Url); // comes after the twenty, so they have been heard
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal([7, 8], (await host.DeliveriesAsync()).Select(delivery => delivery.Batch));
    }

    [Fact]
    public async Task Each_end_of_a_batch_is_told_even_when_the_batch_has_moved_on()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        var batch = await host.EndedBatchAsync(7, receiver.Url, row => row.CurrentState = nameof(BatchState.Running));

        await host.SayEndedAsync(batch, BatchState.Stopped);
        batch.Epoch = 2;
        await host.SayEndedAsync(batch);
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal(["batch.stopped", "batch.finished"], (await host.DeliveriesAsync()).Select(delivery => delivery.Event));
    }

    [Fact]
    public async Task A_batch_without_a_callback_or_deleted_or_unknown_is_owed_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);

        await host.EndAsync(1, (string?)null);
        await host.SayEndedAsync(await host.EndedBatchAsync(2, receiver.Url, row => row.DeletedAt = row.EndedAt));
        await host.SayEndedAsync(new() { CorrelationId = Guid.CreateVersion7(), Number = 3 });
        await host.EndAsync(4, receiver.Url);
        await host.AttemptedAsync(1);

        Assert.Equal(4, (await host.DeliveriesAsync()).Single().Batch);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("https://batches.example", 0)]
    public async Task Links_without_an_address_are_warned_of_once(string address, int warnings)
    {
        var log = new ConcurrentQueue<string>();
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(
            _store, new() { ["Public:BaseUrl"] = address }, services => services.AddLogging(logging => logging.AddProvider(new LogLines(log))));

        await host.EndAsync(7, receiver.Url);
        await host.EndAsync(8, receiver.Url);
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal(warnings, log.Count(line => line.StartsWith("Public:BaseUrl is not set", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_deleted_batch_is_not_told_any_more_which_is_logged_and_leaves_no_rows()
    {
        var log = new ConcurrentQueue<string>();
        await using var receiver = await Receiver.AnsweringAsync(500);
        await using var host = await NotifierHost.StartAsync(_store, services: services => services.AddLogging(logging => logging.AddProvider(new LogLines(log))));
        var batch = await host.EndAsync(7, receiver.Url);
        await host.AttemptedAsync(1);
        var owed = Assert.Single(await host.DeliveriesAsync());

        await host.DeleteAsync(batch);
        await Eventually.Equal(0, async () => (await host.DeliveriesAsync()).Count);
        await Eventually.True(() => log.Any(line => line.StartsWith($"Delivery {owed.Id} is cancelled: batch 7 was deleted", StringComparison.Ordinal)));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.EndAsync(8, receiver.Url);
        await host.AttemptedAsync(1);

        Assert.Equal(2, receiver.Received.Count);
        Assert.Single(await host.AttemptsAsync());
    }

    [Fact]
    public async Task An_end_that_was_never_heard_is_found_and_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndedBatchAsync(1, receiver.Url);
        await host.EndedBatchAsync(2, receiver.Url, row => row.CurrentState = nameof(BatchState.Stopped));
        await host.EndedBatchAsync(3, receiver.Url, row => (row.CurrentState, row.StopOwed) = (nameof(BatchState.Stopped), true));
        await host.EndedBatchAsync(4, receiver.Url, row => row.CurrentState = nameof(BatchState.Running));
        await host.EndedBatchAsync(5, callback: null);
        await host.EndedBatchAsync(6, receiver.Url, row => row.DeletedAt = row.EndedAt);

        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(receiver.Received); // it may still be on its way
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.Equal(2, () => receiver.Received.Count);

        Assert.Equal(["batch.finished", "batch.stopped"], (await host.DeliveriesAsync()).Select(delivery => delivery.Event));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Every_statement_runs_on_either_database(string provider)
    {
        await using var store = await TestStore.OfAsync(provider);
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/fails" ? 500 : 200;
            return Task.CompletedTask;
        });
        await using var host = await NotifierHost.StartAsync(store, new() { ["Notifier:ConcurrencyPerHost"] = "1" });

        var failing = await host.EndAsync(1, receiver.Url + "/fails");
        var lost = await host.EndedBatchAsync(2, receiver.Url + "/lost");
        var delivery = await host.AttemptedAsync(1);
        var now = host.Clock.GetUtcNow().UtcDateTime;
        await host.PublishAsync(new ResendDelivery(delivery.Id, now));
        await host.AttemptedAsync(2);
        await host.PublishAsync(new ResendDeliveries("default", now, now.AddHours(1), now));
        await host.EndedBatchAsync(3, receiver.Url, row => (row.CurrentState, row.Callback) = (nameof(BatchState.Running), new Callback(receiver.Url, Progress: true)));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.True(async () => (await host.DeliveriesAsync()).Exists(row => row.Event == CallbackEvents.Progress));
        await Eventually.True(async () => (await host.DeliveriesAsync()).Exists(row => row.Batch == lost.Number && row.State == DeliveryStates.Delivered));
        await host.DeleteAsync(failing);

        await Eventually.Equal(2, async () => (await host.DeliveriesAsync()).Count);
    }
}
