using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Dispatch;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace BatchPlatform.Orchestrator.Tests.Statements;

/// <summary>
/// The statements that matter, word for word as each provider gets them: beside this file, to be read by people.
/// <c>BP_WRITE_DOCS=1 dotnet test tests/Orchestrator.Tests --filter StatementTests</c> writes them anew.
/// </summary>
public sealed class StatementTests
{
    private static readonly Guid Id = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    [InlineData("SqlServer")]
    public async Task Each_provider_gets_the_statements_that_were_reviewed(string provider)
    {
        var file = Path.Combine(RepositoryPaths.Root, "tests", "Orchestrator.Tests", "Statements", $"{provider}.sql");
        var text = await TextAsync(provider);
        if (Environment.GetEnvironmentVariable("BP_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, text);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }

    [Fact]
    public async Task What_is_sent_to_SQL_Server_is_its_language() => EnsureParsed(await TextAsync("SqlServer"));

    [Fact]
    public void The_schema_of_SQL_Server_is_written_in_its_language()
    {
        using var db = Open("SqlServer", new StatementRecorder());

        EnsureParsed(db.GetService<IMigrator>().GenerateScript());
    }

    // MERGE is not in every server that speaks this protocol, and has a long history of faults in those that have it.
    [Fact]
    public void Rows_that_get_their_key_from_SQL_Server_are_inserted_without_MERGE()
    {
        using var db = Open("SqlServer", new StatementRecorder());

        var made = db.Model.GetEntityTypes().Where(entity => entity.GetProperties().Any(property => property.ValueGenerated != ValueGenerated.Never));

        Assert.All(made, entity => Assert.False(entity.IsSqlOutputClauseUsed()));
    }

    private static void EnsureParsed(string sql)
    {
        new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
        Assert.Empty(errors.Select(error => $"line {error.Line}: {error.Message}"));
    }

    private static async Task<string> TextAsync(string provider)
    {
        var recorder = new StatementRecorder();
        var text = new StringBuilder();
        foreach (var (name, action) in Statements())
        {
            await using var db = Open(provider, recorder);
            Add(name, await recorder.RecordAsync(() => action(db)));
        }

        await using var context = Open(provider, recorder);
        Add("the next jobs of a lane", Bulk(provider).Lane);
        Add("jobs by their indexes", Bulk(provider).Listed);
        Add("failed outcomes with their jobs", await ResultsAsync(context, JobState.Failed));
        Add("all outcomes with their jobs", await ResultsAsync(context, state: null));
        return text.ToString();

        void Add(string name, string statement) => text.Append($"-- {name}\n{statement.ReplaceLineEndings("\n").Trim()};\n\n");
    }

    private static IEnumerable<(string Name, Func<StoreDb, Task> Action)> Statements()
    {
        var now = Now;
        var many = Enumerable.Range(0, 3).Select(_ => Id).ToList();
        yield return ("one batch, locked", db => db.LockBatchAsync(Id, default));
        yield return ("a row, unless its key is taken", db => db.InsertIfAbsentAsync(new Tenant { Name = "acme", UpdatedAt = Now }, default));
        yield return ("rows changed, locked and read", db => db.UpdateReturningAsync<Slice>($"UPDATE slices SET state = {1}", $"id IN ({Interpolated.List(many)}) AND state = {0}", default));
        yield return ("outcomes counted", db => CountedRuns.CountAsync(db, batch: 1, run: 1, [], Now, default));
        yield return ("lanes that have something to cut", db => Outlook.LanesAsync(db, now, default));
        yield return ("slices on their way", db => Outlook.LiveAsync(db, default));
        yield return ("two messages owed", db => SaveAsync(db, new OutboxMessage { Id = Id, CreatedAt = Now }, new OutboxMessage { Id = Guid.NewGuid(), CreatedAt = Now }));
        yield return ("messages that the broker has not confirmed", db => db.Outbox.Where(row => row.CreatedAt < now).OrderBy(row => row.Id).Take(1000).ToListAsync());
        yield return ("messages that it has", db => db.Outbox.Where(row => many.Contains(row.Id)).ExecuteDeleteAsync());
        yield return ("two entries of the audit", db => SaveAsync(db, new AuditEntry { At = Now }, new AuditEntry { At = Now }));
        yield return ("a batch changed", ChangeBatchAsync);
        yield return ("some failed jobs, to be run again", db => Retried(db).AddAsync(new RetryFilter("UPSTREAM_STATUS", "event", "invite"), now));
        yield return ("the others, with their outcomes", db => Retried(db).KeepOthersAsync());
        yield return ("a retry's row", db => SaveAsync(db, new Retry { Batch = 1, Run = 1, Index = 1, DueAt = Now }));
    }

    private static RetriedJobs Retried(StoreDb db) => new(db, new Run { Batch = 1, Number = 1, Revision = 1 }, new Run { Batch = 1, Number = 2 });

    private static Task<int> SaveAsync(StoreDb db, params object[] rows)
    {
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        db.AddRange(rows);
        return db.SaveChangesAsync();
    }

    private static Task<int> ChangeBatchAsync(StoreDb db)
    {
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        var batch = new Batch { CorrelationId = Id, Version = 3 };
        db.Attach(batch);
        (batch.CurrentState, batch.Version) = ("Running", 4);
        return db.SaveChangesAsync();
    }

    private static async Task<string> ResultsAsync(StoreDb db, JobState? state)
    {
        var stretch = new ResultStretch([new Run { Number = 1, Revision = 1 }], ResultOrder.Index, From: 0, End: 1000);
        await using var command = await new ResultQuery(batch: 1, state).CommandAsync(db, stretch, default);
        return command.CommandText;
    }

    private static (string Lane, string Listed) Bulk(string provider) => provider switch
    {
        "Sqlite" => (SqliteBulk.Lane, SqliteBulk.Listed),
        "Postgres" => (PostgresBulk.Lane, PostgresBulk.Listed),
        _ => (SqlServerBulk.Lane, SqlServerBulk.Listed),
    };

    private static StoreDb Open(string provider, StatementRecorder recorder) => provider switch
    {
        "Sqlite" => new SqliteStoreDb(new DbContextOptionsBuilder<SqliteStoreDb>().UseSqlite("Data Source=:memory:").AddInterceptors(recorder).Options),
        "Postgres" => new PostgresStoreDb(new DbContextOptionsBuilder<PostgresStoreDb>().UseNpgsql("Host=127.0.0.1").AddInterceptors(recorder).Options),
        _ => new SqlServerStoreDb(new DbContextOptionsBuilder<SqlServerStoreDb>().UseSqlServer("Server=127.0.0.1").AddInterceptors(recorder).Options),
    };
}
