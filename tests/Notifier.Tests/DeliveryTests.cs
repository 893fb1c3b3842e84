using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Notifier.Tests;

/// <summary>How an owed delivery gets to its receiver, or does not.</summary>
public sealed class DeliveryTests : IAsyncDisposable
{
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_failed_attempt_is_repeated_after_its_wait_with_the_same_id_and_body()
    {
        var status = 503;
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("not now");
        });
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, receiver.Url);
        await host.AttemptedAsync(1);

        status = 204;
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Single(receiver.Received);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var delivery = await host.AttemptedAsync(2);

        Assert.Equal(DeliveryStates.Delivered, delivery.State);
        var (first, second) = (receiver.Received[0], receiver.Received[1]);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Headers["webhook-id"], second.Headers["webhook-id"]);
        Assert.NotEqual(first.Headers["webhook-timestamp"], second.Headers["webhook-timestamp"]);
        Assert.Equal([(1, 503, "not now"), (2, 204, "")], (await host.AttemptsAsync()).Select(row => (row.Number, row.StatusCode, row.Answer!)));
    }

    [Fact]
    public async Task It_is_given_up_when_no_attempt_is_left()
    {
        await using var receiver = await Receiver.AnsweringAsync(500);
        await using var host = await NotifierHost.StartAsync(_store, new() { ["Notifier:ClockSeconds"] = "60", ["Notifier:ReconcileSeconds"] = "3600" });
        await host.EndAsync(7, receiver.Url);
        for (var attempt = 1; attempt < DeliverySchedule.Attempts; attempt++)
        {
            var delivery = await host.AttemptedAsync(attempt);
            Assert.Equal(DeliveryStates.Waiting, delivery.State);

            // To the moment, then on to the next look: time that went on would end the attempt itself.
            host.Clock.Advance(delivery.DueAt - host.Clock.GetUtcNow().UtcDateTime);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(DeliveryStates.Failed, (await host.AttemptedAsync(DeliverySchedule.Attempts)).State);
        host.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(10, receiver.Received.Count);
    }

    [Theory]
    [InlineData(410, DeliveryStates.Failed)]
    [InlineData(404, DeliveryStates.Waiting)]
    [InlineData(302, DeliveryStates.Waiting)]
    [InlineData(200, DeliveryStates.Delivered)]
    [InlineData(299, DeliveryStates.Delivered)]
    public async Task The_receivers_status_decides(int status, string state)
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = elsewhere.Url;
            return Task.CompletedTask;
        });
        await using var host = await NotifierHost.StartAsync(_store);

        await host.EndAsync(7, receiver.Url);

        Assert.Equal(state, (await host.AttemptedAsync(1)).State);
        Assert.Equal(status, (await host.AttemptsAsync()).Single().StatusCode);
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_has_15_seconds()
    {
        await using var receiver = await Receiver.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, receiver.Url);
        await Eventually.Equal(1, () => receiver.Received.Count);

        host.Clock.Advance(TimeSpan.FromSeconds(15));
        await host.AttemptedAsync(1);

        var attempt = (await host.AttemptsAsync()).Single();
        Assert.Equal((0, "No answer within 15 s.", 15_000), (attempt.StatusCode, attempt.Answer, attempt.DurationMs));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_a_failed_attempt()
    {
        await using var host = await NotifierHost.StartAsync(_store);

        await host.EndAsync(7, $"http://127.0.0.1:{LoopbackPort.Next()}/");

        Assert.Equal(DeliveryStates.Waiting, (await host.AttemptedAsync(1)).State);
        Assert.Equal("No answer: ConnectionError.", (await host.AttemptsAsync()).Single().Answer);
    }

    [Fact]
    public async Task Of_a_long_answer_the_beginning_is_kept()
    {
        await using var receiver = await Receiver.StartAsync(context => context.Response.WriteAsync("\0" + new string('x', 100_000)));
        await using var host = await NotifierHost.StartAsync(_store);

        await host.EndAsync(7, receiver.Url);
        await host.AttemptedAsync(1);

        Assert.Equal("\uFFFD" + new string('x', 4095), (await host.AttemptsAsync()).Single().Answer);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/", "must be an https address")]
    [InlineData("https://127.0.0.1:{0}/", "must not be in a network that is not public")]
    [InlineData("https://localhost:{0}/", "The host has an address that is not in a public network.")]
    public async Task Nothing_is_sent_to_this_machine_unless_that_is_allowed(string url, string why)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store, new() { ["Callbacks:AllowLoopback"] = "false" });

        await host.EndAsync(7, string.Format(url, new Uri(receiver.Url).Port));
        await host.AttemptedAsync(1);

        Assert.Contains(why, (await host.AttemptsAsync()).Single().Answer, StringComparison.Ordinal);
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task What_a_dead_notifier_had_claimed_is_sent_again_after_its_lease()
    {
        await using var receiver = await Receiver.AnsweringAsync(500);
        await using var host = await NotifierHost.StartAsync(_store, new() { ["Notifier:ClockSeconds"] = "60" });
        await host.EndAsync(7, receiver.Url);
        var delivery = await host.AttemptedAsync(1);

        // Due between two looks, so that another claims it first, and dies.
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(await host.Ledger.ClaimAsync(delivery.Id, TimeSpan.FromSeconds(100), default));
        Assert.Null(await host.Ledger.ClaimAsync(delivery.Id, TimeSpan.FromSeconds(100), default));
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(receiver.Received);
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        await host.AttemptedAsync(2);

        Assert.Equal($"{delivery.Id}", receiver.Received[1].Headers["webhook-id"]);
    }

    [Fact]
    public async Task An_attempt_that_ends_after_its_lease_does_not_undo_what_another_recorded()
    {
        await using var receiver = await Receiver.AnsweringAsync(500);
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, receiver.Url);
        var delivery = await host.AttemptedAsync(1);

        var now = host.Clock.GetUtcNow().UtcDateTime;
        await host.Ledger.RecordAsync(new Claim(delivery, []), new AttemptResult(200, "ok"), now, default);
        await host.Ledger.RecordAsync(new Claim(delivery, []), new AttemptResult(500, "late"), now, default);

        Assert.Equal(DeliveryStates.Delivered, (await host.AttemptedAsync(2)).State);
        Assert.Equal([500, 200], (await host.AttemptsAsync()).Select(attempt => attempt.StatusCode));
    }

    [Fact]
    public async Task Of_two_notifiers_one_sends()
    {
        await using var receiver = await Receiver.StartAsync();
        var clock = new FakeClock();
        await using var one = await NotifierHost.StartAsync(_store, clock: clock);
        await using var other = await NotifierHost.StartAsync(_store, clock: clock);
        for (var number = 1; number <= 30; number++)
        {
            await one.EndedBatchAsync(number, receiver.Url);
        }

        clock.Advance(TimeSpan.FromMinutes(1)); // both find them, by the same look for what was lost
        await Eventually.Equal(30, async () => (await one.DeliveriesAsync()).Count(row => row.State == DeliveryStates.Delivered));

        Assert.Equal(30, receiver.Received.Select(received => received.Headers["webhook-id"]).Distinct().Count());
        Assert.Equal(30, receiver.Received.Count);
    }
}
