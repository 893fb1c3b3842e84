using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>Brings batches into a state, and gives commands by name.</summary>
internal static class LifecycleCommands
{
    /// <summary>A batch of two jobs in that state.</summary>
    public static async Task<Guid> BatchInAsync(this OrchestratorHost host, BatchState state, bool recurring = false, Schedule? schedule = null)
    {
        var id = await host.CreateAsync(jobs: 2, commit: state != BatchState.Created, recurring: recurring, schedule: schedule);
        switch (state)
        {
            case BatchState.Running:
                await host.Bus.Publish(new RunStarted(id, 1, 1));
                break;
            case BatchState.Stopped:
                await host.AskAsync(new StopBatch(id, Guid.NewGuid()));
                break;
            case BatchState.Finished:
                await host.SettleAsync(id);
                break;
        }

        await host.EventuallyInAsync(id, state);
        return id;
    }

    /// <summary>Gives both jobs of its first run an outcome.</summary>
    public static async Task SettleAsync(this OrchestratorHost host, Guid id)
    {
        var number = (await host.BatchAsync(id)).Number;
        await using var unit = await host.Store.BeginAsync();
        await host.Get<Outcomes.OutcomeLedger>().StoreAsync(unit, "default", number, 1, [.. Enumerable.Range(0, 2).Select(index =>
            OrchestratorHost.Ended(new PackedJob(index, 1, "call", default), completed: true))], default);
        await unit.CommitAsync();
    }

    /// <summary>Gives a command by its name in the tests' tables.</summary>
    public static async Task<CommandReply> GiveAsync(this OrchestratorHost host, Guid id, string command, long? number = null)
    {
        var commandId = Guid.NewGuid();
        switch (command)
        {
            case "append":
                await using (var db = host.Store.Read())
                {
                    var batch = await db.Batches.FirstOrDefaultAsync(row => row.CorrelationId == id);
                    var staged = await host.StageAsync(batch?.Number ?? number!.Value, (batch?.NextIndex ?? 0) + (number is null ? 0 : 1000), (batch?.Revision ?? 0) + 1, 2);
                    return await host.AskAsync(new AcceptAppend(id, commandId, staged));
                }

            case "update": return await host.AskAsync(new UpdateBatch(id, commandId, """{"name":"other"}"""));
            case "update document": return await host.AskAsync(new UpdateBatch(id, commandId, """{"dialect_document":{"a":1}}"""));
            case "commit": return await host.AskAsync(new CommitBatch(id, commandId));
            case "start": return await host.AskAsync(new StartBatch(id, commandId));
            case "stop": return await host.AskAsync(new StopBatch(id, commandId));
            case "retry": return await host.AskAsync(new RetryFailedJobs(id, commandId));
            case "pause": return await host.AskAsync(new PauseBatch(id, commandId, "because"));
            case "resume": return await host.AskAsync(new ResumeBatch(id, commandId));
            case "delete": return await host.AskAsync(new DeleteBatch(id, commandId, Force: false));
            case "delete by force": return await host.AskAsync(new DeleteBatch(id, commandId, Force: true));
            default: throw new ArgumentOutOfRangeException(nameof(command), command, "No such command.");
        }
    }
}

internal static class ChannelReading
{
    /// <summary>What is there now.</summary>
    public static IReadOnlyList<T> ReadAllNow<T>(this System.Threading.Channels.ChannelReader<T> reader)
    {
        var read = new List<T>();
        while (reader.TryRead(out var item))
        {
            read.Add(item);
        }

        return read;
    }
}
