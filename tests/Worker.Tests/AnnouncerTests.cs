using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Worker.Tests;

public sealed class AnnouncerTests
{
    [Fact]
    public async Task A_worker_announces_its_slots_at_start_every_5_s_and_when_asked()
    {
        await using var worker = await WorkerHost.StartAsync();
        await Eventually.Equal(1, () => worker.Orchestrator.Announcements.Count);

        await Eventually.True(() =>
        {
            worker.Clock.Advance(TimeSpan.FromSeconds(5));
            return worker.Orchestrator.Announcements.Count > 1;
        });
        var before = worker.Orchestrator.Announcements.Count;
        await worker.PublishAsync(new AnnounceWorkers());
        await Eventually.True(() => worker.Orchestrator.Announcements.Count > before);

        var announced = Assert.Single(worker.Orchestrator.Announcements.Distinct());
        Assert.Equal(new WorkerOptions().Slots, announced.Slots);
        Assert.NotEqual(Guid.Empty, announced.WorkerId);
    }

    [Fact]
    public async Task Each_worker_has_a_name_of_its_own()
    {
        await using var one = await WorkerHost.StartAsync();
        await using var other = await WorkerHost.StartAsync();
        await Eventually.True(() => !one.Orchestrator.Announcements.IsEmpty && !other.Orchestrator.Announcements.IsEmpty);

        Assert.NotEqual(one.Orchestrator.Announcements.First().WorkerId, other.Orchestrator.Announcements.First().WorkerId);
    }
}
