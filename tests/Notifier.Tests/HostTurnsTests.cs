namespace BatchPlatform.Notifier.Tests;

public sealed class HostTurnsTests
{
    [Fact]
    public void A_host_has_only_so_many_turns_at_once()
    {
        var turns = Offered(new HostTurns(inAll: 10, perHost: 2), ("a", 5));

        Assert.Equal(["a", "a"], TakeAll(turns).Select(taken => taken.Host));
        Assert.Contains("a", turns.BusyHosts);
    }

    [Fact]
    public void Hosts_come_one_after_the_other()
    {
        var turns = Offered(new HostTurns(inAll: 10, perHost: 2), ("a", 5), ("b", 1), ("c", 5));

        Assert.Equal(["a", "b", "c", "a", "c"], TakeAll(turns).Select(taken => taken.Host));
    }

    [Fact]
    public void No_more_are_sent_at_once_than_in_all()
    {
        var turns = Offered(new HostTurns(inAll: 3, perHost: 2), ("a", 5), ("b", 5));

        var taken = TakeAll(turns);
        Assert.Equal(3, taken.Count);
        Assert.False(turns.IsHungry);
        turns.End(taken[0].Id, taken[0].Host, answered: true);
        Assert.Single(TakeAll(turns));
    }

    [Fact]
    public void A_host_that_does_not_answer_has_one_turn_until_it_answers()
    {
        var turns = Offered(new HostTurns(inAll: 10, perHost: 3), ("a", 10));
        var (first, second, third) = (turns.Take()!.Value, turns.Take()!.Value, turns.Take()!.Value);

        turns.End(first.Id, "a", answered: false);
        Assert.Null(turns.Take());
        turns.End(second.Id, "a", answered: false);
        Assert.Null(turns.Take());
        turns.End(third.Id, "a", answered: false);
        var alone = Assert.Single(TakeAll(turns));

        turns.End(alone.Id, "a", answered: true);
        Assert.Equal(3, TakeAll(turns).Count);
    }

    [Fact]
    public void A_delivery_that_is_known_is_not_offered_twice()
    {
        var turns = new HostTurns(inAll: 10, perHost: 2);
        var id = Guid.NewGuid();

        turns.Offer(id, "a");
        turns.Offer(id, "a");
        Assert.Single(TakeAll(turns));
        turns.Offer(id, "a");
        Assert.Empty(TakeAll(turns));

        turns.End(id, "a", answered: null);
        turns.Offer(id, "a");
        Assert.Single(TakeAll(turns));
    }

    [Fact]
    public void It_says_when_a_host_has_a_turn_and_nothing_left()
    {
        var turns = Offered(new HostTurns(inAll: 10, perHost: 1), ("a", 2));

        var first = turns.Take()!.Value;
        turns.End(first.Id, first.Host, answered: true);
        Assert.False(turns.TakeDrained());
        var second = turns.Take()!.Value;
        turns.End(second.Id, second.Host, answered: true);
        Assert.True(turns.TakeDrained());
        Assert.False(turns.TakeDrained());
    }

    private static HostTurns Offered(HostTurns turns, params (string Host, int Count)[] hosts)
    {
        foreach (var (host, count) in hosts)
        {
            for (var i = 0; i < count; i++)
            {
                turns.Offer(Guid.NewGuid(), host);
            }
        }

        return turns;
    }

    private static List<(Guid Id, string Host)> TakeAll(HostTurns turns)
    {
        List<(Guid, string)> taken = [];
        while (turns.Take() is { } next)
        {
            taken.Add(next);
        }

        return taken;
    }
}
