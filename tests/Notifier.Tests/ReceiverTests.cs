using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Notifier.Tests;

/// <summary>Receivers that fail, are slow, or come back.</summary>
public sealed class ReceiverTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new FakeClock().GetUtcNow();
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Fifty_receivers_are_served_while_one_is_dead()
    {
        var never = new TaskCompletionSource();
        await using var dead = await Receiver.StartAsync(context => never.Task.WaitAsync(context.RequestAborted));
        await using var live = await Receiver.StartAsync(hosts: 50);
        await using var host = await NotifierHost.StartAsync(_store);
        for (var number = 1; number <= 100; number++)
        {
            await host.EndAsync(number, dead.Url);
        }

        await Eventually.Equal(4, () => dead.Received.Count);
        for (var number = 0; number < 50; number++)
        {
            await host.EndAsync(101 + number, live.Urls[number]);
        }

        // The clock stands still: no attempt at the dead one has ended, and none needed to.
        await Eventually.Equal(50, () => live.Received.Count);
        Assert.Equal((4, 4), (dead.Received.Count, dead.MostInFlight));
        Assert.Equal(50, live.Received.Select(received => received.Host).Distinct().Count());
    }

    [Fact]
    public async Task A_receiver_gets_few_at_once()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await Receiver.StartAsync(_ => open.Task);
        await using var host = await NotifierHost.StartAsync(_store);
        for (var number = 1; number <= 20; number++)
        {
            await host.EndAsync(number, slow.Url);
        }

        await Eventually.Equal(4, () => slow.Received.Count);
        open.SetResult();
        await Eventually.Equal(20, async () => (await host.DeliveriesAsync()).Count(row => row.State == DeliveryStates.Delivered));

        Assert.Equal(4, slow.MostInFlight);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_disabled_and_what_comes_later_is_kept()
    {
        await using var receiver = await Receiver.AnsweringAsync(410);
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(1, receiver.Url);
        await host.AttemptedAsync(1);

        await host.EndAsync(2, receiver.Url);
        await Eventually.Equal($"{DeliveryStates.Failed} {DeliveryStates.Held}", () => StatesAsync(host));

        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task A_receiver_that_fails_for_five_days_is_disabled_and_one_that_took_something_is_not()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/sick" ? 500 : 200;
            return Task.CompletedTask;
        });
        await using (var host = await NotifierHost.StartAsync(_store))
        {
            await host.EndAsync(1, receiver.Url + "/sick");
            await host.AttemptedAsync(1);
        }

        await using (var host = await NotifierHost.StartAsync(_store, clock: new FakeClock(Start.AddDays(5).AddHours(-1))))
        {
            Assert.Equal(DeliveryStates.Waiting, (await host.AttemptedAsync(2)).State);
        }

        await using (var host = await NotifierHost.StartAsync(_store, clock: new FakeClock(Start.AddDays(5).AddHours(1))))
        {
            Assert.Equal(DeliveryStates.Held, (await host.AttemptedAsync(3)).State);
            await host.EndAsync(2, receiver.Url + "/sick");
            await host.EndAsync(3, receiver.Url + "/well");
            await Eventually.Equal($"{DeliveryStates.Held} {DeliveryStates.Held} {DeliveryStates.Delivered}", () => StatesAsync(host));
        }

        Assert.Equal(4, receiver.Received.Count);
    }

    [Fact]
    public async Task What_was_kept_is_sent_on_request_and_opens_the_receiver_again()
    {
        var status = 410;
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var host = await NotifierHost.StartAsync(_store);
        var from = host.Clock.GetUtcNow().UtcDateTime;
        await host.EndAsync(1, receiver.Url);
        await host.AttemptedAsync(1);
        await host.EndAsync(2, receiver.Url);
        await Eventually.Equal($"{DeliveryStates.Failed} {DeliveryStates.Held}", () => StatesAsync(host));

        status = 200;
        await host.PublishAsync(new ResendDeliveries("somebody else", from, from.AddHours(1), from));
        await host.PublishAsync(new ResendDeliveries("default", from.AddHours(1), from.AddHours(2), from));
        await host.PublishAsync(new ResendDeliveries("default", from, from.AddHours(1), from));
        await Eventually.Equal($"{DeliveryStates.Delivered} {DeliveryStates.Delivered}", () => StatesAsync(host));
        await host.EndAsync(3, receiver.Url);
        await Eventually.Equal(4, () => receiver.Received.Count);

        // Which of the two went first after the request is left open.
        var refused = receiver.Received[0].Headers["webhook-id"];
        Assert.Contains(receiver.Received.Skip(1).Take(2), received => received.Headers["webhook-id"] == refused);
    }

    [Fact]
    public async Task A_delivery_that_arrived_is_sent_again_on_request_to_where_the_batch_now_says()
    {
        await using var old = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, old.Url);
        var delivery = await host.AttemptedAsync(1);

        await host.ChangeAsync(7, batch => batch.Callback = new Callback(other.Url));
        var now = host.Clock.GetUtcNow().UtcDateTime;
        await host.PublishAsync(new ResendDelivery(delivery.Id, now.AddSeconds(-1))); // heard late: it was sent since
        await host.PublishAsync(new ResendDelivery(delivery.Id, now));
        await host.AttemptedAsync(2);

        Assert.Equal(old.Received.Single().Body, other.Received.Single().Body);
    }

    [Fact]
    public async Task A_callback_that_is_taken_off_the_batch_is_not_sent()
    {
        await using var receiver = await Receiver.AnsweringAsync(500);
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, receiver.Url);
        await host.AttemptedAsync(1);

        await host.ChangeAsync(7, batch => batch.Callback = null);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await Eventually.Equal(DeliveryStates.Cancelled, () => StatesAsync(host));

        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_more_time_gets_it()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "3600");
            return Task.CompletedTask;
        });
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, receiver.Url);

        var wait = (await host.AttemptedAsync(1)).DueAt - host.Clock.GetUtcNow().UtcDateTime;

        Assert.InRange(wait.TotalSeconds, 3600, 3960);
    }

    private static async Task<string> StatesAsync(NotifierHost host) => string.Join(' ', (await host.DeliveriesAsync()).Select(row => row.State));
}
