using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What a merge patch makes of a batch.</summary>
public sealed class UpdatesTests : IAsyncLifetime
{
    private static readonly Schedule Daily = new(ScheduleKind.Daily, Hours: [9]);

    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_update_merges_into_what_the_batch_has()
    {
        var id = await _host.CreateAsync(jobs: 1, options: new BatchSettings(StopOnJobError: true));

        var batch = await UpdateAsync(id, """{"name":"renamed","options":{"priority":"high"},"callback":{"url":"https://example.com/x"}}""");
        Assert.Equal("renamed", batch.Name);
        Assert.Equal(new BatchSettings(StopOnJobError: true, BatchPriority.High), batch.Options);
        Assert.Equal(new Callback("https://example.com/x"), batch.Callback);

        batch = await UpdateAsync(id, """{"name":null,"options":{"stop_on_job_error":null},"callback":null}""");
        Assert.Null(batch.Name);
        Assert.Equal(new BatchSettings(StopOnJobError: false, BatchPriority.High), batch.Options);
        Assert.Null(batch.Callback);
    }

    [Fact]
    public async Task Objects_within_objects_are_merged_too()
    {
        var id = await _host.CreateAsync(jobs: 1, options: new BatchSettings(Limits: new BatchLimits(RequestsPerSecond: 5)));

        var batch = await UpdateAsync(id, """{"options":{"limits":{"concurrency":3},"failure_budget":{"rate":0.5,"minimum":null}}}""");
        Assert.Equal(new BatchSettings(FailureBudget: new FailureBudget(0.5), Limits: new BatchLimits(RequestsPerSecond: 5, Concurrency: 3)), batch.Options);

        batch = await UpdateAsync(id, """{"options":{"limits":{"requests_per_second":null},"failure_budget":null}}""");
        Assert.Equal(new BatchSettings(Limits: new BatchLimits(Concurrency: 3)), batch.Options);
    }

    // Each fits the batch that api looked at; another update was quicker.
    [Theory]
    [InlineData("""{"callback":null}""", """{"name":"new","callback":{"format":"csv"}}""")]
    [InlineData("""{"options":null}""", """{"name":"new","options":{"failure_budget":{"minimum":5}}}""")]
    [InlineData("""{"schedule":{"kind":"manual","hours":null}}""", """{"name":"new","schedule":{"kind":"daily"}}""")]
    public async Task An_update_that_no_longer_fits_is_refused_and_changes_nothing(string quicker, string late)
    {
        var id = await _host.CreateAsync(jobs: 1, options: new BatchSettings(FailureBudget: new FailureBudget(0.5)), schedule: Daily);
        var before = await UpdateAsync(id, quicker);

        var reply = await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), late));

        Assert.Equal(ErrorCodes.BatchChanged, reply.Code);
        var after = await _host.BatchAsync(id);
        Assert.Equal((before.Name, before.Options, before.Callback, before.UpdatedAt), (after.Name, after.Options, after.Callback, after.UpdatedAt));
        Assert.Equal(before.Schedule!.Kind, after.Schedule!.Kind);
    }

    [Fact]
    public async Task A_dialects_document_is_changed_member_by_member_and_each_is_taken_whole()
    {
        var id = await _host.CreateAsync(jobs: 1);

        await UpdateAsync(id, """{"dialect_document":{"name":"a","layout":{"x":1},"kept":{"x":1}}}""");
        var batch = await UpdateAsync(id, """{"dialect_document":{"name":"b","layout":{"y":null}}}""");
        Assert.Equal("""{"kept":{"x":1},"name":"b","layout":{"y":null}}""", batch.DialectDocument);

        batch = await UpdateAsync(id, """{"dialect_document":{"name":"b","layout":null}}""");
        Assert.Equal("""{"kept":{"x":1},"name":"b"}""", batch.DialectDocument);

        batch = await UpdateAsync(id, """{"dialect_document":null}""");
        Assert.Null(batch.DialectDocument);
    }

    private async Task<Batch> UpdateAsync(Guid id, string patch)
    {
        var reply = await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), patch));
        Assert.True(reply.Accepted, reply.Code);
        return await _host.BatchAsync(id);
    }
}
