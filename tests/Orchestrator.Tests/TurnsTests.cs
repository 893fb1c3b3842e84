using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Whose slice is cut next.</summary>
public sealed class TurnsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(16)]
    public void Weights_hold_however_few_slices_are_live_at_once(int live)
    {
        var lanes = new[] { Lane(1, "a", weight: 3), Lane(2, "b", weight: 2), Lane(3, "c", weight: 1) };

        var cut = Simulate(lanes, live, rounds: 6000).CountBy(lane => lane.Lane.Tenant).ToDictionary();

        Assert.InRange(cut["a"], 3000 * 0.9, 3000 * 1.1);
        Assert.InRange(cut["b"], 2000 * 0.9, 2000 * 1.1);
        Assert.InRange(cut["c"], 1000 * 0.9, 1000 * 1.1);
    }

    [Fact]
    public void Batches_of_one_tenant_share_alike()
    {
        var cut = Simulate([Lane(1, "a"), Lane(2, "a")], live: 4, rounds: 1000).CountBy(lane => lane.Lane.Batch).ToDictionary();

        Assert.InRange(cut[1], 480, 520);
    }

    [Fact]
    public void A_higher_priority_always_comes_first()
    {
        var cut = Simulate([Lane(1, "a"), Lane(2, "b", priority: BatchPriority.High)], live: 4, rounds: 100);

        Assert.All(cut, lane => Assert.Equal(2, lane.Lane.Batch));
    }

    [Fact]
    public void A_tenant_that_was_away_does_not_make_up_for_it()
    {
        var served = new Served();
        RunnableLane[] both = [Lane(1, "a"), Lane(2, "b")];
        Simulate([both[0]], live: 2, rounds: 500, served);

        var cut = Simulate(both, live: 2, rounds: 100, served).CountBy(lane => lane.Lane.Tenant).ToDictionary();

        Assert.InRange(cut["b"], 45, 55);
    }

    // Slices take equally long: the oldest ends whenever a new one is cut.
    private static List<RunnableLane> Simulate(RunnableLane[] lanes, int live, int rounds, Served? served = null)
    {
        var (cut, under) = (new List<RunnableLane>(), new Queue<RunnableLane>());
        served ??= new Served();
        for (var i = 0; i < rounds; i++)
        {
            if (under.Count == live)
            {
                under.Dequeue();
            }

            var now = under.GroupBy(lane => (lane.Lane.Tenant, lane.Lane.Batch))
                .Select(group => new LiveSlices(group.Key.Tenant, group.Key.Batch, "test", "", SliceState.Taken, group.Count(), 1, 0));
            var turns = new Turns(lanes, [.. now], served);
            var next = turns.Next()!;
            turns.Took(next);
            under.Enqueue(next);
            cut.Add(next);
        }

        return cut;
    }

    private static RunnableLane Lane(long batch, string tenant, double weight = 1, BatchPriority priority = BatchPriority.Normal) => new(
        new Lane { Batch = batch, Tenant = tenant, Namespace = "test", Priority = (int)priority },
        StopOnJobError: false,
        DateTime.MinValue,
        DateTime.MaxValue,
        new BatchLimits(),
        Trace: null,
        weight,
        HasReturned: false,
        Waiting: 0);
}
