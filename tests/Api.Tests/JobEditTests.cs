using System.Net;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

public sealed class JobEditOnSqliteTests() : JobEditTests("Sqlite");

public sealed class JobEditOnPostgresTests() : JobEditTests("Postgres");

/// <summary>Changed and removed jobs of a recurring batch: staged under the next revision, then taken in or undone.</summary>
public abstract class JobEditTests(string provider) : IAsyncLifetime
{
    private const string Lookup = """{"namespace":"places","action":"lookup","params":{"name":"Lisbon"},"custom_id":"mine"}""";
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() => _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_job_is_put_in_the_place_of_another_which_stays_for_the_runs_that_had_it()
    {
        var batch = await RecurringAsync(3);

        var reply = await PutAsync(batch, 1, Lookup);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal((1, "places", "mine", "Pending"), ((int)reply.Body!["index"]!, (string)reply.Body["namespace"]!, (string)reply.Body["custom_id"]!, (string)reply.Body["state"]!));
        Assert.Equal([(0, 1, null, "bench"), (1, 1, 2, "bench"), (1, 2, null, "places"), (2, 1, null, "bench")], await RowsAsync(batch));
        var append = LastAppend(batch);
        Assert.Equal((3, 2, 0), (append.BaseIndex, append.Revision, append.Count));
        Assert.Equal([new LaneCount("places", 1, 1)], append.Lanes);
        Assert.Equal([new LaneCount("bench", 1, 1)], append.Removed!);
    }

    [Fact]
    public async Task A_removed_job_is_not_seen_any_more_and_its_index_is_not_given_again()
    {
        var batch = await RecurringAsync(3);

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(batch, "/2")).Status);
        Assert.Equal("""{"appended":1,"total":3}""", (await _app.Client.UploadAsync(batch, Http.Lines(1))).Body!.ToJsonString());

        Assert.Equal([(0, 1, null, "bench"), (1, 1, null, "bench"), (2, 1, 2, "bench"), (3, 3, null, "bench")], await RowsAsync(batch));
        (await DeleteAsync(batch, "/2")).IsProblem(404, "JOB_NOT_FOUND");
        (await PutAsync(batch, 2, Lookup)).IsProblem(404, "JOB_NOT_FOUND");
        Assert.Equal(4, (await RowsAsync(batch)).Count);
    }

    [Fact]
    public async Task A_batch_of_any_size_is_cleared()
    {
        var batch = await RecurringAsync(12_001);
        await PutAsync(batch, 7, Lookup);

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(batch)).Status);

        Assert.All(await _app.JobsAsync(batch), job => Assert.NotNull(job.RemovedRev));
        Assert.Equal([new LaneCount("bench", 0, 12_000), new LaneCount("places", 7, 1)], LastAppend(batch).Removed!.OrderBy(lane => lane.First));
        Assert.Equal(0, (await _app.ReadAsync(db => db.Batches.SingleAsync(row => row.CorrelationId == batch))).Total);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(batch)).Status);
    }

    [Fact]
    public async Task Many_jobs_are_removed_all_or_none()
    {
        var batch = await RecurringAsync(2_000);
        var row = new Batches.BatchRow(batch, await NumberAsync(batch), "Created", Recurring: true, new BatchSettings(), Callback: null, Schedule: null);
        var editing = _app.Services.GetRequiredService<JobEditing>();

        await Assert.ThrowsAsync<ProblemException>(() => editing.RemoveAsync(row, [.. Enumerable.Range(0, 1_500), 2_000], ApiApp.Actor, default));
        Assert.All(await _app.JobsAsync(batch), job => Assert.Null(job.RemovedRev));

        await editing.RemoveAsync(row, [.. Enumerable.Range(0, 1_500), 3], ApiApp.Actor, default);
        Assert.Equal(1_500, (await _app.JobsAsync(batch)).Count(job => job.RemovedRev == 2));
    }

    [Fact]
    public async Task Only_the_jobs_of_a_recurring_batch_at_rest_can_be_changed()
    {
        var once = await _app.Client.CreateAsync($$"""{"jobs":[{{Http.Job}}]}""");
        var running = await _app.Client.CreateAsync($$"""{"recurring":true,"commit":true,"jobs":[{{Http.Job}}]}""");
        foreach (var (batch, code) in new[] { (once, "BATCH_NOT_RECURRING"), (running, "BATCH_RUNNING") })
        {
            (await PutAsync(batch, 0, Lookup)).IsProblem(409, code);
            (await DeleteAsync(batch, "/0")).IsProblem(409, code);
            (await DeleteAsync(batch)).IsProblem(409, code);
            Assert.DoesNotContain(_app.Lifecycle.Commands, command => command is AcceptAppend && command.BatchId == batch);
        }
    }

    [Theory]
    [InlineData("nothing", 400, "INVALID_JSON")]
    [InlineData("[]", 400, "INVALID_JSON")]
    [InlineData("", 400, "INVALID_JSON")]
    [InlineData("{}", 422, "INVALID_JOB")]
    [InlineData("""{"namespace":"mars","action":"lookup","params":{}}""", 422, "UNKNOWN_NAMESPACE")]
    [InlineData("""{"namespace":"places","action":"lookup","params":[]}""", 422, "INVALID_FIELD")]
    [InlineData("""{"namespace":"places","action":"lookup","params":{},"priority":1}""", 422, "INVALID_FIELD")]
    public async Task A_bad_job_is_refused_and_changes_nothing(string job, int status, string code)
    {
        var batch = await RecurringAsync(1);

        (await PutAsync(batch, 0, job)).IsProblem(status, code);

        Assert.Equal([(0, 1, null, "bench")], await RowsAsync(batch));
    }

    [Theory]
    [InlineData("/1")]
    [InlineData("/-1")]
    [InlineData("/first")]
    [InlineData("/99999999999")]
    public async Task A_job_that_is_not_there_cannot_be_changed(string index)
    {
        var batch = await RecurringAsync(1);

        (await _app.Client.SendAsync(HttpMethod.Put, $"/v1/batches/{batch}/jobs{index}", Http.Text(Lookup, "application/json"))).IsProblem(404, "JOB_NOT_FOUND");
        (await DeleteAsync(batch, index)).IsProblem(404, "JOB_NOT_FOUND");
        (await DeleteAsync(Guid.NewGuid(), "/0")).IsProblem(404, "BATCH_NOT_FOUND");
        Assert.Equal([(0, 1, null, "bench")], await RowsAsync(batch));
    }

    [Fact]
    public async Task What_the_lifecycle_refuses_is_undone()
    {
        var batch = await RecurringAsync(6_000);
        _app.Lifecycle.Refuse = command => command is AcceptAppend ? FakeLifecycle.Refused(command, ErrorCodes.BatchRunning) : null;

        (await PutAsync(batch, 1, Lookup)).IsProblem(409, "BATCH_RUNNING");
        (await DeleteAsync(batch)).IsProblem(409, "BATCH_RUNNING");

        Assert.All(await RowsAsync(batch), row => Assert.Equal((1, null, "bench"), (row.Added, row.Removed, row.Namespace)));
        Assert.Equal(0, await _app.ReadAsync(db => db.Appends.CountAsync()));
    }

    [Fact]
    public async Task An_edit_whose_owner_died_is_undone_unless_it_was_taken_in()
    {
        var batch = await RecurringAsync(3);
        _app.Lifecycle.Lost = command => command is AcceptAppend;
        await _app.UnansweredAsync(() => DeleteAsync(batch));
        Assert.All(await RowsAsync(batch), row => Assert.Equal(2, row.Removed));
        _app.Lifecycle.Lost = _ => false;

        // Whoever comes next ends what was left, then goes on.
        Assert.Equal(HttpStatusCode.NoContent, (await _clock.MoveUntilAsync(DeleteAsync(batch, "/1"))).Status);
        Assert.Equal([null, 2, null], (await RowsAsync(batch)).Select(row => row.Removed));

        _app.Lifecycle.Silent = command => command is AcceptAppend;
        await _app.UnansweredAsync(() => DeleteAsync(batch, "/0"));
        _app.Lifecycle.Silent = _ => false;
        Assert.Equal(HttpStatusCode.NoContent, (await _clock.MoveUntilAsync(DeleteAsync(batch, "/2"))).Status);
        Assert.Equal([3, 2, 4], (await RowsAsync(batch)).Select(row => row.Removed));
    }

    private Task<Guid> RecurringAsync(int jobs) =>
        _app.Client.CreateAsync($$"""{"recurring":true,"jobs":[{{string.Join(',', Enumerable.Repeat(Http.Job, jobs))}}]}""");

    private Task<Reply> PutAsync(Guid batch, int index, string job) =>
        _app.Client.SendAsync(HttpMethod.Put, $"/v1/batches/{batch}/jobs/{index}", Http.Text(job, "application/json"));

    private Task<Reply> DeleteAsync(Guid batch, string index = "") => _app.Client.SendAsync(HttpMethod.Delete, $"/v1/batches/{batch}/jobs{index}");

    private StagedAppend LastAppend(Guid batch) => _app.Lifecycle.Commands.OfType<AcceptAppend>().Last(command => command.BatchId == batch).Append;

    private Task<long> NumberAsync(Guid batch) => _app.ReadAsync(db => db.Batches.Where(row => row.CorrelationId == batch).Select(row => row.Number).SingleAsync());

    private async Task<List<(int Index, int Added, int? Removed, string Namespace)>> RowsAsync(Guid batch) =>
        [.. (await _app.JobsAsync(batch)).OrderBy(job => job.Index).ThenBy(job => job.AddedRev).Select(Row)];

    private static (int Index, int Added, int? Removed, string Namespace) Row(Job job) => (job.Index, job.AddedRev, job.RemovedRev, job.Namespace);
}
