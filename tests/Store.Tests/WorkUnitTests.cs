using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using BatchPlatform.Testing;

namespace BatchPlatform.Store.Tests;

/// <summary>A work unit and the outbox, on a bus in memory.</summary>
public abstract class WorkUnitTests(StoreFixture fixture) : IAsyncLifetime
{
    private readonly Received _received = new();
    private readonly BatchDeleted _message = new(Guid.NewGuid(), 1, "acme");
    private ServiceProvider? _process;

    private BatchStore Store => _process!.GetRequiredService<BatchStore>();

    private OutboxRelay Relay => _process!.GetRequiredService<OutboxRelay>();

    public async Task InitializeAsync()
    {
        _process = fixture.Process(services => services.AddMassTransit(bus => bus.UsingInMemory((_, memory) =>
        {
            memory.ConfigurePublish(publish => publish.UseExecute(_ => _received.ThrowIfBrokerIsAway()));
            memory.ReceiveEndpoint("test", queue => queue.Handler<BatchDeleted>(context =>
            {
                _received.Add(context.Message, context.MessageId);
                return Task.CompletedTask;
            }));
        })));
        await _process.GetRequiredService<IBusControl>().StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _process!.GetRequiredService<IBusControl>().StopAsync();
        await _process!.DisposeAsync();
    }

    [Fact]
    public async Task Change_and_message_are_saved_together_and_the_message_leaves_after_the_commit()
    {
        await using var unit = await Store.BeginAsync();
        unit.Db.Gates.Add(Gate());
        unit.Owe(_message);
        await unit.Db.SaveChangesAsync();
        Assert.False(_received.Holds(_message));

        await unit.CommitAsync();

        await Eventually.True(() => _received.Holds(_message));
        Assert.True(await IsSavedAsync());
        Assert.Equal(await OutboxIdAsync(), _received.IdOf(_message));
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_no_row_and_no_message()
    {
        await using (var unit = await Store.BeginAsync())
        {
            unit.Db.Gates.Add(Gate());
            unit.Owe(_message);
            unit.AfterCommit(() => throw new InvalidOperationException("There was no commit."));
            await unit.Db.SaveChangesAsync();
        }

        Assert.False(await IsSavedAsync());
        Assert.Null(await OutboxIdAsync());
        Assert.False(_received.Holds(_message));
    }

    [Fact]
    public async Task Actions_after_the_commit_begin_in_order_without_waiting_for_each_other_and_see_what_was_committed()
    {
        var (seen, second) = (new List<string>(), new TaskCompletionSource());
        await using var unit = await Store.BeginAsync();
        unit.Db.Gates.Add(Gate());
        unit.AfterCommit(async () =>
        {
            seen.Add("first");
            await second.Task;
            seen.Add($"committed: {await IsSavedAsync()}");
        });
        unit.AfterCommit(() =>
        {
            seen.Add("second");
            second.SetResult();
            return Task.CompletedTask;
        });

        await unit.CommitAsync();

        Assert.Equal(["first", "second", "committed: True"], seen);
    }

    [Fact]
    public async Task Actions_after_the_commit_may_write_themselves()
    {
        await using var unit = await Store.BeginAsync();
        unit.AfterCommit(async () =>
        {
            await using var next = await Store.BeginAsync();
            next.Db.Gates.Add(Gate());
            await next.CommitAsync();
        });

        await unit.CommitAsync();

        Assert.True(await IsSavedAsync());
    }

    [Fact]
    public async Task A_unit_that_is_over_does_not_touch_the_next_one_which_has_its_context()
    {
        var first = await Store.BeginAsync();
        await first.CommitAsync();
        await using var second = await Store.BeginAsync();
        Assert.Same(first.Db, second.Db);

        await first.DisposeAsync();

        second.Db.Gates.Add(Gate());
        await second.CommitAsync();
        Assert.True(await IsSavedAsync());
    }

    [Fact]
    public async Task A_commit_that_fails_lets_the_next_writer_in()
    {
        await using (var unit = await Store.BeginAsync())
        {
            unit.Db.Gates.Update(Gate());
            unit.Owe(_message);
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => unit.CommitAsync());
        }

        await using var next = await Store.BeginAsync();
        await next.CommitAsync();
        Assert.False(_received.Holds(_message));
    }

    [Fact]
    public async Task A_confirmed_message_is_forgotten_by_the_next_sweep_and_not_sent_again()
    {
        await CommitMessageAsync();
        await Eventually.True(() => _received.Holds(_message));

        await Relay.SweepAsync(Store, TimeSpan.Zero, default);

        Assert.Null(await OutboxIdAsync());
        Assert.Equal(1, _received.CountOf(_message));
    }

    [Fact]
    public async Task A_message_that_the_broker_did_not_take_stays_and_is_sent_by_a_later_sweep()
    {
        _received.BrokerIsAway = true;
        await CommitMessageAsync();
        await Relay.SweepAsync(Store, TimeSpan.Zero, default);
        Assert.NotNull(await OutboxIdAsync());

        _received.BrokerIsAway = false;
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await Relay.SweepAsync(Store, TimeSpan.Zero, default);

        await Eventually.True(() => _received.Holds(_message));
        Assert.Null(await OutboxIdAsync());
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_sent_once_it_is_old_enough_to_be_nobodys()
    {
        await using (var crashed = fixture.Process())
        {
            await using var unit = await crashed.GetRequiredService<BatchStore>().BeginAsync();
            crashed.GetRequiredService<OutboxRelay>().Save(unit.Db, _message);
            await unit.CommitAsync();
        }

        await Relay.SweepAsync(Store, TimeSpan.FromSeconds(5), default);
        Assert.False(_received.Holds(_message));

        fixture.Clock.Advance(TimeSpan.FromSeconds(6));
        await Relay.SweepAsync(Store, TimeSpan.FromSeconds(5), default);

        await Eventually.True(() => _received.Holds(_message));
        Assert.Null(await OutboxIdAsync());
    }

    private Gate Gate() => new() { Namespace = _message.BatchId.ToString() };

    private async Task CommitMessageAsync()
    {
        await using var unit = await Store.BeginAsync();
        unit.Owe(_message);
        await unit.CommitAsync();
    }

    private async Task<bool> IsSavedAsync()
    {
        await using var db = Store.Read();
        var name = Gate().Namespace;
        return await db.Gates.AnyAsync(gate => gate.Namespace == name);
    }

    private async Task<Guid?> OutboxIdAsync()
    {
        await using var db = Store.Read();
        var rows = await db.Outbox.Where(row => row.Type == typeof(BatchDeleted).FullName).ToListAsync();
        return rows.SingleOrDefault(row => row.Body.Contains(_message.BatchId.ToString()))?.Id;
    }

    /// <summary>What the bus delivered; a broker that can be away.</summary>
    private sealed class Received
    {
        private readonly Lock _lock = new();
        private readonly List<(BatchDeleted Message, Guid? Id)> _messages = [];

        public volatile bool BrokerIsAway;

        public bool Holds(BatchDeleted message) => CountOf(message) > 0;

        public int CountOf(BatchDeleted message) => Copy().Count(each => each.Message == message);

        public Guid? IdOf(BatchDeleted message) => Copy().Single(each => each.Message == message).Id;

        public void Add(BatchDeleted message, Guid? id)
        {
            lock (_lock)
            {
                _messages.Add((message, id));
            }
        }

        public void ThrowIfBrokerIsAway()
        {
            if (BrokerIsAway)
            {
                throw new InvalidOperationException("The broker is away.");
            }
        }

        private List<(BatchDeleted Message, Guid? Id)> Copy()
        {
            lock (_lock)
            {
                return [.. _messages];
            }
        }
    }
}

public sealed class SqliteWorkUnitTests(SqliteFixture fixture) : WorkUnitTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresWorkUnitTests(PostgresFixture fixture) : WorkUnitTests(fixture), IClassFixture<PostgresFixture>;
