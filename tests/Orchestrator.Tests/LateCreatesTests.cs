using BatchPlatform.Contracts;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>
/// A process that was frozen goes on with what it held, however long ago the broker gave the same to another. A create that comes
/// after its batch was deleted must not make the batch again: its jobs are gone.
/// </summary>
public abstract class LateCreatesTests(string provider) : HostedTests(provider, new() { ["Orchestrator:ReconcileSeconds"] = "0.1", ["Retention:ClockSeconds"] = "0.1" })
{
    [Fact]
    public async Task A_create_that_comes_after_its_batch_has_gone_makes_nothing()
    {
        var create = Create(jobs: await Host.StageAsync(number: 7, baseIndex: 0, revision: 1, jobs: 2));
        Assert.True((await Host.AskAsync(create)).Accepted);
        Assert.True((await Host.AskAsync(new DeleteBatch(create.BatchId, Guid.NewGuid(), Force: true))).Accepted);
        await RemoveJobsAsync();
        await GoneAsync(create.BatchId);

        var late = await Host.AskAsync(create);

        Assert.Equal(ErrorCodes.BatchNotFound, late.Code);
        await GoneAsync(create.BatchId);
    }

    [Fact]
    public async Task A_create_that_was_refused_stays_refused()
    {
        await Host.SaveAsync(new Tenant { Name = "default", Quotas = new TenantQuotas { Batches = 1 } });
        var first = Create(jobs: null);
        Assert.True((await Host.AskAsync(first)).Accepted);
        var second = Create(jobs: null, number: 8);
        Assert.Equal(ErrorCodes.QuotaBatches, (await Host.AskAsync(second)).Code);
        await Host.AskAsync(new DeleteBatch(first.BatchId, Guid.NewGuid(), Force: false));
        await GoneAsync(first.BatchId);
        await GoneAsync(second.BatchId);

        Assert.False((await Host.AskAsync(second)).Accepted);

        await GoneAsync(second.BatchId);
    }

    [Fact]
    public async Task A_create_that_was_asked_after_in_vain_makes_nothing()
    {
        var create = Create(jobs: null);
        Assert.Equal(ErrorCodes.BatchNotFound, (await AskAfterAsync(create)).Code);
        Assert.Equal(ErrorCodes.BatchNotFound, (await AskAfterAsync(create)).Code);

        Assert.False((await Host.AskAsync(create)).Accepted);

        await GoneAsync(create.BatchId);
    }

    [Fact]
    public async Task Who_asks_while_the_create_is_on_its_way_is_told_what_becomes_of_it()
    {
        for (var number = 1; number <= 20; number++)
        {
            var create = Create(jobs: null, number);
            var (told, asked) = (Host.AskAsync(create), AskAfterAsync(create));

            Assert.Equal((await told).Accepted, (await asked).Accepted);
        }
    }

    [Fact]
    public async Task A_command_is_remembered_for_a_day()
    {
        var (young, old) = (Guid.NewGuid(), Guid.NewGuid());
        await Host.SaveAsync(new SpentCommand { Id = young, At = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-23) });
        await Host.SaveAsync(new SpentCommand { Id = old, At = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-25) });

        await Eventually.True(async () =>
        {
            await using var db = Host.Store.Read();
            return young == await db.SpentCommands.Select(spent => spent.Id).SingleAsync();
        });
    }

    // As api does.
    private Task<CommandReply> AskAfterAsync(CreateBatch create) =>
        Host.AskAsync(new AcceptAppend(create.BatchId, create.CommandId, new StagedAppend(Guid.Empty, BaseIndex: -1, Revision: -1, Count: 0, Lanes: [])));

    private static CreateBatch Create(StagedAppend? jobs, long number = 7) => new(
        Guid.CreateVersion7(), Guid.NewGuid(), number, "default", "a batch", Recurring: false, new BatchSettings(), Callback: null, Dialect: null, DialectDocument: null, jobs, Commit: jobs is not null);

    // As api does.
    private async Task RemoveJobsAsync()
    {
        await using var unit = await Host.Store.BeginAsync();
        await unit.Db.Jobs.ExecuteDeleteAsync();
        await unit.CommitAsync();
    }

    private Task GoneAsync(Guid id) => Eventually.True(async () =>
    {
        await using var db = Host.Store.Read();
        return !await db.Batches.AnyAsync(batch => batch.CorrelationId == id);
    });
}

public sealed class LateCreatesOnSqliteTests() : LateCreatesTests("Sqlite");

public sealed class LateCreatesOnPostgresTests() : LateCreatesTests("Postgres");
