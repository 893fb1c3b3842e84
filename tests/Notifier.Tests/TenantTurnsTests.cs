using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;

namespace BatchPlatform.Notifier.Tests;

/// <summary>A tenant with many receivers that never answer, beside one whose receiver does.</summary>
public sealed class TenantTurnsTests
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_tenant_with_many_silent_receivers_holds_up_nobody_else()
    {
        await using var store = TestStore.Sqlite();
        await using var silent = await SilentAsync(hosts: 20);
        await using var live = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(store, new() { ["Notifier:Concurrency"] = "8" });
        await host.EndedBatchAsync(1, callback: null, batch => batch.Tenant = "other");
        for (var number = 0; number < 20; number++)
        {
            await EndAsync(host, 10 + number, "silent", silent.Urls[number]);
        }

        await Eventually.Equal(4, () => silent.Received.Count);
        await EndAsync(host, 100, "other", live.Url);

        // The clock stands still: no attempt at a silent one has ended, and none needed to.
        await Eventually.Equal(1, () => live.Received.Count);
        Assert.Equal(4, silent.Received.Count);
        _answer.SetResult();
    }

    [Fact]
    public async Task A_single_tenant_uses_all_there_is()
    {
        await using var store = TestStore.Sqlite();
        await using var silent = await SilentAsync(hosts: 10);
        await using var host = await NotifierHost.StartAsync(store, new() { ["Notifier:Concurrency"] = "8" });
        for (var number = 0; number < 10; number++)
        {
            await EndAsync(host, 10 + number, "silent", silent.Urls[number]);
        }

        await Eventually.Equal(8, () => silent.Received.Count);
        _answer.SetResult();
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task What_is_due_for_one_tenant_does_not_hide_what_is_due_for_another(string provider)
    {
        await using var store = await TestStore.OfAsync(provider);
        await using var silent = await SilentAsync(hosts: 1);
        await using var live = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(store, new() { ["Notifier:Concurrency"] = "8", ["Notifier:ReconcileSeconds"] = "3600" });
        var many = await host.EndedBatchAsync(1, silent.Url, batch => batch.Tenant = "silent");
        var one = await host.EndedBatchAsync(2, live.Url, batch => batch.Tenant = "other");
        var now = host.Clock.GetUtcNow().UtcDateTime;
        await using (var unit = await host.Store.BeginAsync())
        {
            unit.Db.Deliveries.AddRange(Enumerable.Range(1, 1200).Select(seq => Owed(many, seq, $"https://{seq}.example/", now)));
            unit.Db.Deliveries.Add(Owed(one, Delivery.EndSeq, live.Url + "/", now.AddMilliseconds(1)));
            await unit.CommitAsync();
        }

        host.Clock.Advance(TimeSpan.FromSeconds(1)); // one look

        await Eventually.Equal(1, () => live.Received.Count);
        _answer.SetResult();
    }

    // It answers when the test is over, so that the notifier can stop.
    private Task<Receiver> SilentAsync(int hosts) => Receiver.StartAsync(context => _answer.Task.WaitAsync(context.RequestAborted), hosts);

    private static async Task EndAsync(NotifierHost host, long number, string tenant, string url) =>
        await host.SayEndedAsync(await host.EndedBatchAsync(number, url, batch => batch.Tenant = tenant));

    private static Delivery Owed(Batch batch, int seq, string host, DateTime dueAt) => new()
    {
        Id = Guid.NewGuid(),
        Batch = batch.Number,
        BatchId = batch.CorrelationId,
        Tenant = batch.Tenant,
        Run = batch.Run,
        Epoch = batch.Epoch,
        Seq = seq,
        Event = CallbackEvents.Finished,
        Url = batch.Callback!.Url,
        Host = host,
        DueAt = dueAt,
        CreatedAt = dueAt,
    };
}
