using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests.Actions;

public sealed class ActionCrashOnSqliteTests() : ActionCrashTests("Sqlite");

public sealed class ActionCrashOnPostgresTests() : ActionCrashTests("Postgres");

/// <summary>Rates of bulk actions, their ends, and what becomes of them when their owner dies. Time moves by hand.</summary>
public abstract class ActionCrashTests(string provider) : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() =>
        _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider, ["Api:CommandSeconds"] = "2" }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task No_more_is_done_in_a_second_than_was_asked_for()
    {
        var batches = await _app.Client.CreateManyAsync(12);
        var action = await _app.Client.BeginAsync("batches", """{"action":"stop","max_per_second":2}""");
        await Eventually.Equal(1, () => _app.Sent<StopBatch>(batches).Count);
        var (began, keeps) = (_clock.GetUtcNow(), true);

        await Eventually.True(() =>
        {
            var sent = _app.Sent<StopBatch>(batches).Count;
            keeps &= sent <= (2 * (_clock.GetUtcNow() - began).TotalSeconds) + 1;
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            return sent == 12;
        });

        Assert.True(keeps);
        Assert.Equal((12, 12, 0), (await _app.Client.EndAsync(action, _clock)).Counts());
    }

    [Fact]
    public async Task A_cancelled_action_goes_no_further_and_what_was_done_stays_done()
    {
        var batches = await _app.Client.CreateManyAsync(9);
        var action = await _app.Client.BeginAsync("batches", """{"action":"stop","max_per_second":1}""");
        await Eventually.Equal(1, () => _app.Sent<StopBatch>(batches).Count);

        var cancelled = await _app.Client.PostAsync($"/v1/actions/{action["id"]}/cancel");

        Assert.Equal("Cancelled", (string)cancelled.Body!["state"]!);
        Assert.NotNull(cancelled.Body["ended_at"]);
        await Eventually.True(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return (await _app.Client.SendAsync(HttpMethod.Get, $"/v1/actions/{action["id"]}")).Body!.Counts() == (9, 1, 0);
        });
        Assert.Single(_app.Sent<StopBatch>(batches));
        (await _app.Client.PostAsync($"/v1/actions/{action["id"]}/cancel")).IsProblem(409, "ACTION_ENDED");
    }

    [Fact]
    public async Task Work_that_lost_its_owner_goes_on_at_its_cursor_and_what_was_in_hand_counts_once()
    {
        var batches = await _app.Client.CreateManyAsync(8);
        var action = await _app.Client.BeginAsync("batches", """{"action":"stop","max_per_second":10}""");
        await Eventually.True(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            return _app.Sent<StopBatch>(batches).Count >= 3;
        });

        // Whoever has it finds the row in other hands; those hands never do anything with it.
        var dead = Guid.NewGuid();
        await _app.WriteAsync(db =>
        {
            var row = db.Actions.Single();
            (row.Owner, row.LeaseUntil) = (dead, _clock.GetUtcNow().UtcDateTime.AddSeconds(10));
        });

        var ended = await _app.Client.EndAsync(action, _clock);

        Assert.Equal((8, 8, 0), ended.Counts());
        Assert.Equal(batches.Order(), _app.Sent<StopBatch>(batches).Select(command => command.BatchId).Distinct().Order());
        Assert.All(_app.Sent<StopBatch>(batches).GroupBy(command => command.BatchId), same => Assert.Single(same.Select(command => command.CommandId).Distinct()));
    }

    [Fact]
    public async Task A_command_without_an_answer_is_sent_again_under_the_same_id()
    {
        var silent = 0;
        _app.Lifecycle.Silent = command => command is StopBatch && Interlocked.Increment(ref silent) == 2;
        var batches = await _app.Client.CreateManyAsync(3);

        var ended = await _app.Client.EndAsync(await _app.Client.BeginAsync("batches", """{"action":"stop"}"""), _clock);

        Assert.Equal((3, 3, 0), ended.Counts());
        Assert.All(_app.Sent<StopBatch>(batches).GroupBy(command => command.BatchId), same => Assert.Single(same.Select(command => command.CommandId).Distinct()));
    }

    [Fact]
    public async Task A_batch_that_is_gone_counts_as_deleted()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Refuse = command => command is DeleteBatch ? FakeLifecycle.Refused(command, ErrorCodes.BatchNotFound) : null;

        Assert.Equal((1, 1, 0), (await _app.Client.EndAsync(await _app.Client.BeginAsync("batches", """{"action":"delete"}"""), _clock)).Counts());
        Assert.Single(_app.Sent<DeleteBatch>([batch]));
    }

    [Fact]
    public async Task A_cancelled_job_of_those_in_hand_at_a_crash_counts_as_done()
    {
        var batch = await _app.Client.CreateAsync();
        var number = await _app.RunAsync(batch, jobs: 4, (0, null), (1, ErrorCodes.JobCancelled), (2, "UPSTREAM_STATUS"));
        await _app.WriteAsync(db => db.Outcomes.Single(row => row.Index == 1).CompletedAt = _clock.GetUtcNow().UtcDateTime);
        var cancelled = new List<CancelJob>();
        _app.Lifecycle.Cancel = command =>
        {
            cancelled.Add(command);
            return new JobReply(command.Index == 3 ? null : ErrorCodes.JobEnded, "ended");
        };
        var now = _clock.GetUtcNow().UtcDateTime;
        var row = new BulkAction
        {
            Id = Guid.NewGuid(), Number = 1, Tenant = "default", Target = "jobs", Action = "cancel", Filter = $$$"""{"batch":"{{{batch}}}"}""", MaxPerSecond = 100, Run = 1,
            Matched = 3, Cursor = "3", Owner = Guid.NewGuid(), LeaseUntil = now.AddSeconds(5), CreatedAt = now,
            InHand = $$$"""[{"At":"2","Batch":"{{{batch}}}","Index":1,"Weight":1},{"At":"3","Batch":"{{{batch}}}","Index":2,"Weight":1}]""",
        };
        await _app.WriteAsync(db => db.Actions.Add(row));

        var ended = await _app.Client.EndAsync(new JsonObject { ["id"] = $"{row.Id}" }, _clock);

        Assert.Equal((3, 2, 1), ended.Counts());
        Assert.Equal("""[{"code":"JOB_ENDED","count":1}]""", ended["refusals"]!.ToJsonString());
        Assert.Equal([(number, 1, 1), (number, 2, 1), (number, 3, 1)], cancelled.Select(command => (command.Number, command.Index, command.Run)).Order());
    }
}
