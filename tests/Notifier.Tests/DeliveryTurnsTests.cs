namespace BatchPlatform.Notifier.Tests;

public sealed class DeliveryTurnsTests
{
    [Fact]
    public void A_host_has_only_so_many_turns_at_once()
    {
        var turns = Offered(new DeliveryTurns(inAll: 10, perHost: 2), ("a", 5));

        Assert.Equal(["a", "a"], TakeAll(turns).Select(taken => taken.Host));
        Assert.Contains(Due("a").Lane, turns.BusyLanes);
    }

    [Fact]
    public void Hosts_come_one_after_the_other()
    {
        var turns = Offered(new DeliveryTurns(inAll: 10, perHost: 2), ("a", 5), ("b", 1), ("c", 5));

        Assert.Equal(["a", "b", "c", "a", "c"], TakeAll(turns).Select(taken => taken.Host));
    }

    [Fact]
    public void No_more_are_sent_at_once_than_in_all()
    {
        var turns = Offered(new DeliveryTurns(inAll: 3, perHost: 2), ("a", 5), ("b", 5));

        var taken = TakeAll(turns);
        Assert.Equal(3, taken.Count);
        Assert.False(turns.IsHungry);
        turns.End(taken[0], answered: true);
        Assert.Single(TakeAll(turns));
    }

    [Fact]
    public void A_host_that_does_not_answer_has_one_turn_until_it_answers()
    {
        var turns = Offered(new DeliveryTurns(inAll: 10, perHost: 3), ("a", 10));
        var (first, second, third) = (turns.Take()!.Value, turns.Take()!.Value, turns.Take()!.Value);

        turns.End(first, answered: false);
        Assert.Null(turns.Take());
        turns.End(second, answered: false);
        Assert.Null(turns.Take());
        turns.End(third, answered: false);
        var alone = Assert.Single(TakeAll(turns));

        turns.End(alone, answered: true);
        Assert.Equal(3, TakeAll(turns).Count);
    }

    [Fact]
    public void A_delivery_that_is_known_is_not_offered_twice()
    {
        var turns = new DeliveryTurns(inAll: 10, perHost: 2);
        var due = Due("a");

        turns.Offer(due);
        turns.Offer(due);
        Assert.Single(TakeAll(turns));
        turns.Offer(due);
        Assert.Empty(TakeAll(turns));

        turns.End(due, answered: null);
        turns.Offer(due);
        Assert.Single(TakeAll(turns));
    }

    [Fact]
    public void It_says_when_a_host_has_a_turn_and_nothing_left()
    {
        var turns = Offered(new DeliveryTurns(inAll: 10, perHost: 1), ("a", 2));

        var first = turns.Take()!.Value;
        turns.End(first, answered: true);
        Assert.False(turns.TakeDrained());
        var second = turns.Take()!.Value;
        turns.End(second, answered: true);
        Assert.True(turns.TakeDrained());
        Assert.False(turns.TakeDrained());
    }

    [Fact]
    public void Tenants_come_one_after_the_other_however_many_hosts_they_have()
    {
        var turns = new DeliveryTurns(inAll: 10, perHost: 2) { IsShared = true };
        OfferHosts(turns, "many", 1, 100);
        OfferHosts(turns, "few", 1, 2);

        Assert.Equal(["many", "few", "many", "few", "many", "many"], TakeAll(turns).Select(taken => taken.Tenant));
    }

    [Fact]
    public void A_tenant_never_has_more_turns_than_it_leaves_free()
    {
        var turns = new DeliveryTurns(inAll: 12, perHost: 2) { IsShared = true };
        OfferHosts(turns, "silent", 1, 100);

        Assert.Equal(6, TakeAll(turns).Count);
        OfferHosts(turns, "other", 101, 100);
        Assert.Equal(["other", "other", "other"], TakeAll(turns).Select(taken => taken.Tenant));
        OfferHosts(turns, "third", 201, 1);
        Assert.Equal("third", Assert.Single(TakeAll(turns)).Tenant);
    }

    [Fact]
    public void A_single_tenant_has_all_turns_until_there_is_another()
    {
        var turns = new DeliveryTurns(inAll: 8, perHost: 2);
        OfferHosts(turns, "one", 1, 100);

        var taken = TakeAll(turns);
        Assert.Equal(8, taken.Count);
        turns.IsShared = true;
        OfferHosts(turns, "other", 101, 1);
        turns.End(taken[0], answered: false);
        Assert.Equal("other", Assert.Single(TakeAll(turns)).Tenant);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void However_few_turns_there_are_a_tenant_has_one(int inAll)
    {
        var turns = new DeliveryTurns(inAll, perHost: 2) { IsShared = true };
        OfferHosts(turns, "one", 1, 5);

        Assert.NotEmpty(TakeAll(turns));
    }

    [Fact]
    public void A_host_of_several_tenants_has_only_so_many_turns_and_they_take_them_in_turn()
    {
        var turns = new DeliveryTurns(inAll: 10, perHost: 1) { IsShared = true };
        turns.Offer(Due("shared", "a"));
        turns.Offer(Due("shared", "a"));
        turns.Offer(Due("shared", "a"));
        turns.Offer(Due("shared", "b"));

        List<string> order = [];
        while (TakeAll(turns) is [var only])
        {
            order.Add(only.Tenant);
            turns.End(only, answered: false);
        }

        Assert.Equal(["a", "b", "a", "a"], order);
    }

    [Fact]
    public void What_one_tenant_waits_to_send_to_a_host_does_not_make_it_busy_for_another()
    {
        var turns = new DeliveryTurns(inAll: 10, perHost: 1) { IsShared = true };
        turns.Offer(Due("shared", "a"));

        Assert.Equal([Due("shared", "a").Lane], turns.BusyLanes);
    }

    [Fact]
    public void A_tenant_that_has_enough_leaves_others_to_be_looked_for()
    {
        var turns = new DeliveryTurns(inAll: 8, perHost: 2) { IsShared = true };
        OfferHosts(turns, "many", 1, 500);

        Assert.True(turns.IsHungry);
        Assert.Equal(["many"], turns.BusyTenants(fed: true));
        Assert.Empty(turns.BusyTenants(fed: false));
        OfferHosts(turns, "many", 501, 500);
        Assert.Equal(["many"], turns.BusyTenants(fed: false));
        turns.IsShared = false;
        Assert.False(turns.IsHungry);
    }

    private static DueDelivery Due(string host, string tenant = "default") => new(Guid.NewGuid(), tenant, host);

    private static void OfferHosts(DeliveryTurns turns, string tenant, int first, int count)
    {
        foreach (var host in Enumerable.Range(first, count))
        {
            turns.Offer(Due($"{host}", tenant));
        }
    }

    private static DeliveryTurns Offered(DeliveryTurns turns, params (string Host, int Count)[] hosts)
    {
        foreach (var (host, count) in hosts)
        {
            for (var i = 0; i < count; i++)
            {
                turns.Offer(Due(host));
            }
        }

        return turns;
    }

    private static List<DueDelivery> TakeAll(DeliveryTurns turns)
    {
        List<DueDelivery> taken = [];
        while (turns.Take() is { } next)
        {
            taken.Add(next);
        }

        return taken;
    }
}
