using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Notifier.Tests;

/// <summary>What the clocks ask of PostgreSQL while there are 10,000 batches whose callbacks were delivered: nothing is read from end to end.</summary>
public sealed class IdleCostTests
{
    private const int Batches = 10_000;

    [Theory]
    [InlineData("ProgressClock")]
    [InlineData("ReconcileClock")]
    public async Task A_clock_finds_what_it_looks_for_by_indexes(string name)
    {
        using var sent = new QueryPlans();
        await using var store = await TestStore.OfAsync("Postgres");
        await using var host = await NotifierHost.StartAsync(store);
        await FillAsync(host);
        var clock = host.Clocks.Single(each => each.GetType().Name == name);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await clock.TickAsync(default); // the first look of a process is at everything

        await using var db = host.Store.Read();
        var plans = await sent.OfAsync(db.Database, () => clock.TickAsync(default));

        Assert.NotEmpty(plans);
        Assert.All(plans, plan => Assert.False(
            plan.Scanned.Intersect(["batches", "deliveries", "delivery_attempts", "runs"]).Any(), $"{string.Join(", ", plan.Scanned)} read from end to end: {plan.Statement}"));
    }

    private static async Task FillAsync(NotifierHost host)
    {
        var now = host.Clock.GetUtcNow().UtcDateTime;
        await host.EndedBatchAsync(number: 1, "http://127.0.0.1:1/");
        await using (var unit = await host.Store.BeginAsync())
        {
            unit.Db.Deliveries.Add(new Delivery
            {
                Id = Guid.NewGuid(), Batch = 1, Tenant = "default", Run = 1, Epoch = 1, Seq = Delivery.EndSeq, Event = CallbackEvents.Finished,
                Url = "http://127.0.0.1:1/", Host = "127.0.0.1", State = DeliveryStates.Delivered, DueAt = now, CreatedAt = now,
            });
            await unit.CommitAsync();
        }

        await using var copies = await host.Store.BeginAsync();
        foreach (var (table, key, more) in new[] { ("batches", "number", ", 'id', gen_random_uuid()"), ("runs", "batch", ""), ("deliveries", "batch", ", 'id', gen_random_uuid()") })
        {
            var sql = $"INSERT INTO {table} SELECT (jsonb_populate_record(original, jsonb_build_object('{key}', copy{more}))).* FROM {table} AS original, generate_series(2, {Batches}) AS copy";
            await copies.Db.Database.ExecuteSqlRawAsync(sql);
        }

        await copies.CommitAsync();
        await using var db = host.Store.Read();
        await db.Database.ExecuteSqlRawAsync("ANALYZE");
    }
}
