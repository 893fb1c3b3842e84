using System.Net;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Tests;

public sealed class LifecycleTests(ApiApp app) : IClassFixture<ApiApp>, IDisposable
{
    public void Dispose() => app.Lifecycle.Refuse = _ => null;

    [Theory]
    [InlineData("commit", typeof(CommitBatch))]
    [InlineData("start", typeof(StartBatch))]
    [InlineData("stop", typeof(StopBatch))]
    [InlineData("retry-failed", typeof(RetryFailedJobs))]
    [InlineData("pause", typeof(PauseBatch))]
    [InlineData("resume", typeof(ResumeBatch))]
    public async Task A_command_is_sent_and_answered_with_the_batch(string verb, Type command)
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.PostAsync($"/v1/batches/{batch:N}/{verb}");
        Assert.Equal((HttpStatusCode.OK, batch), (reply.Status, reply.Id));
        Assert.Equal(command, app.Lifecycle.Commands.Last(c => c.BatchId == batch).GetType());
    }

    [Theory]
    [InlineData(ErrorCodes.BatchRunning, 409)]
    [InlineData(ErrorCodes.BatchNotRunning, 409)]
    [InlineData(ErrorCodes.RunUnfinished, 409)]
    [InlineData(ErrorCodes.NothingToRetry, 409)]
    [InlineData(ErrorCodes.BatchAlreadyCommitted, 409)]
    [InlineData(ErrorCodes.InvalidJobsCount, 422)]
    [InlineData(ErrorCodes.BatchNotFound, 404)]
    public async Task A_refusal_has_the_status_of_its_kind(string code, int status)
    {
        var batch = await app.Client.CreateAsync();
        app.Lifecycle.Refuse = command => FakeLifecycle.Refused(command, code);
        (await app.Client.PostAsync($"/v1/batches/{batch}/start")).IsProblem(status, code);
    }

    [Theory]
    [InlineData("00000000-0000-7000-8000-000000000000")]
    [InlineData("nonsense")]
    [InlineData("12345")]
    public async Task A_batch_that_is_not_there_is_not_found(string id)
    {
        (await app.Client.PostAsync($"/v1/batches/{id}/commit")).IsProblem(404, "BATCH_NOT_FOUND");
        (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/batches/{id}")).IsProblem(404, "BATCH_NOT_FOUND");
    }

    [Fact]
    public async Task A_pause_carries_its_reason()
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.PostAsync($"/v1/batches/{batch}/pause", """{"reason":"maintenance"}""");
        Assert.Equal(("maintenance", true), ((string)reply.Body!["pause_reason"]!, (bool)reply.Body["paused"]!));
    }

    [Theory]
    [InlineData("pause", """{"reason":"a\u0000b"}""")]
    [InlineData("pause", """{"why":"a"}""")]
    [InlineData("commit", """{"reason":"a"}""")]
    public async Task A_body_that_a_command_does_not_know_is_refused(string verb, string body)
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.PostAsync($"/v1/batches/{batch}/{verb}", body)).IsProblem(422, "INVALID_FIELD");
        Assert.IsType<CreateBatch>(app.Lifecycle.Commands.Single(c => c.BatchId == batch));
    }

    [Fact]
    public async Task A_delete_is_answered_without_a_body_and_passes_force_on()
    {
        var batch = await app.Client.CreateAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/batches/{batch}?force=true")).Status);
        Assert.True(Assert.IsType<DeleteBatch>(app.Lifecycle.Commands.Last(c => c.BatchId == batch)).Force);
        (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/batches/{batch}")).IsProblem(404, "BATCH_NOT_FOUND");
    }

    [Fact]
    public async Task A_force_that_is_neither_true_nor_false_is_refused()
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/batches/{batch}?force=maybe")).IsProblem(400, "INVALID_PARAMETER");
    }

    [Theory]
    [InlineData("""{"name":"new"}""")]
    [InlineData("""{"name":null,"callback":null,"options":null}""")]
    [InlineData("""{"options":{"priority":"lowest","deadline_seconds":null}}""")]
    [InlineData("""{"callback":{"url":"https://example.org/b"}}""")]
    [InlineData("{}")]
    public async Task A_merge_patch_travels_as_it_came(string patch)
    {
        var batch = await app.Client.CreateAsync("""{"callback":{"url":"https://example.org/a"}}""");
        using var content = Http.Text(patch, "application/merge-patch+json");
        var reply = await app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", content);
        Assert.Equal((HttpStatusCode.OK, batch), (reply.Status, reply.Id));
        Assert.Equal(patch, Assert.IsType<UpdateBatch>(app.Lifecycle.Commands.Last(c => c.BatchId == batch)).Patch);
    }

    [Theory]
    [InlineData("""{"state":"Running"}""", "state")]
    [InlineData("""{"options":{"priority":"urgent"}}""", "options.priority")]
    [InlineData("""{"options":5}""", "options")]
    [InlineData("""{"options":{"deadline_seconds":-1}}""", "options.deadline_seconds")]
    [InlineData("""{"callback":{"format":"json"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"mailto:a@b"}}""", "callback.url")]
    public async Task A_patch_that_cannot_be_applied_is_refused(string patch, string field)
    {
        var batch = await app.Client.CreateAsync();
        using var content = Http.Text(patch, "application/json");
        var reply = await app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", content);
        Assert.Equal((422, field), ((int)reply.Status, reply.Fields.Single()));
        Assert.IsType<CreateBatch>(app.Lifecycle.Commands.Single(c => c.BatchId == batch));
    }

    [Fact]
    public async Task A_patch_with_a_member_twice_is_refused()
    {
        var batch = await app.Client.CreateAsync();
        using var content = Http.Text("""{"name":"a","name":"b"}""", "application/json");
        (await app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", content)).IsProblem(422, "INVALID_FIELD");
    }
}
