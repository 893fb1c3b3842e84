using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>
/// The design promises no message order. Here workers and the bus do what they like: reports come late, twice, from
/// strangers and in any order, events are repeated and outdated, batches are stopped and started in between. What must
/// come out is the same: each job of a run has one outcome, and every counter equals the rows that it counts.
/// </summary>
public abstract class ShuffledMessagesTests(string provider)
{
    private const int Batches = 6;
    private const int JobsPerBatch = 120;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, LongSuite.Cases(sample: 1, full: 10))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Repeated_and_shuffled_messages_change_nothing(int seed)
    {
        await using var host = await OrchestratorHost.StartAsync(provider, new() { ["Orchestrator:QuiesceSeconds"] = "0.1", ["Orchestrator:ResendSeconds"] = "0.5", ["Orchestrator:LeaseSeconds"] = "0.5" });
        var random = new Random(seed);
        var worker = Guid.NewGuid();
        var batches = new List<Guid>();
        for (var i = 0; i < Batches; i++)
        {
            batches.Add(await host.CreateAsync(JobsPerBatch, commit: true, new BatchSettings(StopOnJobError: i % 3 == 2)));
        }

        var inHand = new List<RunSlice>();
        await Eventually.True(async () =>
        {
            await host.AnnounceAsync(worker);
            inHand.AddRange(host.Slices.Reader.ReadAllNow());
            await DisturbAsync(host, random, batches);
            await WorkAsync(host, random, worker, inHand);
            return await AllFinishedAsync(host, batches);
        }, timeout: TimeSpan.FromSeconds(180));

        await StoreInvariants.CheckAsync(host.Store);
        await using var db = host.Store.Read();
        foreach (var run in await db.Runs.ToListAsync())
        {
            Assert.Equal(JobsPerBatch, run.Completed + run.Failed);
        }
    }

    private static async Task WorkAsync(OrchestratorHost host, Random random, Guid worker, List<RunSlice> inHand)
    {
        for (var reports = random.Next(6); reports > 0 && inHand.Count > 0; reports--)
        {
            var slice = inHand[random.Next(inHand.Count)];
            switch (random.Next(6))
            {
                case 0:
                    await host.ReportAsync(slice, Guid.NewGuid(), completed: _ => false);
                    break;
                case 1:
                    await host.ReportAsync(slice, worker, onlyFirst: random.Next(5), last: false);
                    break;
                case 2:
                    await host.ReportAsync(slice, worker, onlyFirst: random.Next(5));
                    break;
                default:
                    await host.ReportAsync(slice, worker, completed: index => index % 40 != 7);
                    break;
            }

            // Kept for another report now and then: the message was delivered again.
            if (random.Next(4) > 0)
            {
                inHand.Remove(slice);
            }
        }
    }

    private static async Task DisturbAsync(OrchestratorHost host, Random random, List<Guid> batches)
    {
        var id = batches[random.Next(batches.Count)];
        var batch = await host.BatchAsync(id);
        var (run, epoch) = (batch.Run, random.Next(batch.Epoch));
        IRunEvent late = random.Next(4) switch
        {
            0 => new RunStarted(id, run, epoch),
            1 => new RunSettled(id, run, epoch, random.Next(2)),
            2 => new RunFailing(id, run, epoch),
            _ => new RunQuiesced(id, run, epoch),
        };
        await host.Bus.Publish(late, late.GetType());
        if (random.Next(4) == 0)
        {
            await host.AskAsync(new StopBatch(id, Guid.NewGuid()));
        }

        if (batch.CurrentState == nameof(BatchState.Stopped))
        {
            await host.AskAsync(new StartBatch(id, Guid.NewGuid()));
        }
    }

    // A run that stops on errors stops again with each failure; its batch finishes once every job has an outcome.
    private static async Task<bool> AllFinishedAsync(OrchestratorHost host, List<Guid> batches)
    {
        await using var db = host.Store.Read();
        return await db.Batches.CountAsync(batch => batches.Contains(batch.CorrelationId) && batch.CurrentState == nameof(BatchState.Finished)) == batches.Count;
    }
}

public sealed class ShuffledMessagesOnSqliteTests() : ShuffledMessagesTests("Sqlite");

public sealed class ShuffledMessagesOnPostgresTests() : ShuffledMessagesTests("Postgres");
