using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

public sealed class IdempotencyOnSqliteTests() : IdempotencyTests("Sqlite");

public sealed class IdempotencyOnPostgresTests() : IdempotencyTests("Postgres");

public abstract class IdempotencyTests(string provider) : IAsyncLifetime
{
    private const string Key = "order-4711";
    private const string OneShot = "{\"commit\":true,\"jobs\":[" + Http.Job + "]}";
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() =>
        _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_repeated_create_gets_the_same_answer_and_makes_one_batch()
    {
        var first = await _app.Client.PostAsync("/v1/batches", OneShot, Key);
        var second = await _app.Client.PostAsync("/v1/batches", OneShot, Key);
        Assert.Equal(HttpStatusCode.Created, second.Status);
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(first.Message.Headers.Location, second.Message.Headers.Location);
        Assert.Equal("application/json", second.Message.Content.Headers.ContentType?.MediaType);
        Assert.Single(_app.Lifecycle.Commands);
    }

    [Fact]
    public async Task A_repeated_upload_gets_the_same_answer_and_adds_nothing()
    {
        var batch = await _app.Client.CreateAsync();
        var first = await _app.Client.UploadAsync(batch, Http.Lines(7000), idempotencyKey: Key);
        await _app.Client.PostAsync($"/v1/batches/{batch}/commit");
        var second = await _app.Client.UploadAsync(batch, Http.Lines(7000), idempotencyKey: Key);
        Assert.Equal((HttpStatusCode.Created, first.Body!.ToJsonString()), (second.Status, second.Body!.ToJsonString()));
        Assert.Equal(7000, (await _app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task A_repeated_command_gets_the_same_answer_and_is_sent_once()
    {
        var batch = await _app.Client.CreateAsync();
        await _app.Client.PostAsync($"/v1/batches/{batch}/commit", idempotencyKey: Key);
        await _app.Client.PostAsync($"/v1/batches/{batch}/stop");
        var again = await _app.Client.PostAsync($"/v1/batches/{batch}/commit", idempotencyKey: Key);
        Assert.Equal((HttpStatusCode.OK, "Committed"), (again.Status, (string)again.Body!["state"]!));
        Assert.Single(_app.Lifecycle.Commands.OfType<CommitBatch>());
    }

    [Fact]
    public async Task A_key_is_good_for_one_request_only()
    {
        var batch = await _app.Client.CreateAsync();
        await _app.Client.UploadAsync(batch, Http.Lines(1), idempotencyKey: Key);
        (await _app.Client.UploadAsync(batch, Http.Lines(2), idempotencyKey: Key)).IsProblem(422, "IDEMPOTENCY_KEY_REUSED");
        (await _app.Client.UploadAsync(batch, Http.Lines(1), query: "?namespace=x", idempotencyKey: Key)).IsProblem(422, "IDEMPOTENCY_KEY_REUSED");
        (await _app.Client.PostAsync("/v1/batches", "{}", Key)).IsProblem(422, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal(HttpStatusCode.Created, (await _app.Client.UploadAsync(batch, Http.Lines(1), idempotencyKey: Key)).Status);
        Assert.Single(await _app.JobsAsync(batch));
    }

    [Fact]
    public async Task Tenants_do_not_share_keys()
    {
        using var other = _app.NewClient(await _app.AddKeyAsync("other", "other", "write read"));
        var first = await _app.Client.PostAsync("/v1/batches", "{}", Key);
        var second = await other.PostAsync("/v1/batches", "{}", Key);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_refusal_of_the_content_is_kept()
    {
        var batch = await _app.Client.CreateAsync();
        var first = await _app.Client.UploadAsync(batch, "{}\n", idempotencyKey: Key);
        var second = await _app.Client.UploadAsync(batch, "{}\n", idempotencyKey: Key);
        first.IsProblem(422, "INVALID_JOB");
        second.IsProblem(422, "INVALID_JOB");
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
    }

    [Fact]
    public async Task A_refusal_by_state_is_not_kept()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Refuse = command => FakeLifecycle.Refused(command, ErrorCodes.BatchRunning);
        (await _app.Client.PostAsync($"/v1/batches/{batch}/start", idempotencyKey: Key)).IsProblem(409, "BATCH_RUNNING");
        _app.Lifecycle.Refuse = _ => null;
        Assert.Equal(HttpStatusCode.OK, (await _app.Client.PostAsync($"/v1/batches/{batch}/start", idempotencyKey: Key)).Status);
        Assert.Equal(2, _app.Lifecycle.Commands.OfType<StartBatch>().Select(command => command.CommandId).Distinct().Count());
    }

    [Fact]
    public async Task While_a_request_is_being_worked_on_its_key_is_taken()
    {
        var batch = await _app.Client.CreateAsync();
        using var body = new GatedContent();
        var working = _app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body, Key);
        await Eventually.True(() => _app.ReadAsync(db => db.Idempotency.AnyAsync()));
        (await _app.Client.UploadAsync(batch, Http.Lines(1), idempotencyKey: Key)).IsProblem(409, "REQUEST_IN_PROGRESS");
        body.Send(Http.Lines(1));
        body.End();
        Assert.Equal(HttpStatusCode.Created, (await working).Status);
    }

    [Fact]
    public async Task Many_repetitions_at_once_have_one_effect()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _app.Client.PostAsync("/v1/batches", OneShot, Key)));
        Assert.All(replies, reply => Assert.True(reply.Status == HttpStatusCode.Created || reply.Code == "REQUEST_IN_PROGRESS"));
        Assert.Equal(1, await _app.ReadAsync(db => db.Batches.CountAsync()));
        Assert.Equal(1, await _app.ReadAsync(db => db.Jobs.CountAsync()));
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_is_found_by_its_repetition()
    {
        _app.Lifecycle.Silent = command => command is CreateBatch;
        var unknown = await _app.UnansweredAsync(() => _app.Client.PostAsync("/v1/batches", OneShot, Key));
        var reply = await _app.Client.PostAsync("/v1/batches", OneShot, Key);
        Assert.Equal((HttpStatusCode.Created, (string)unknown.Body!["batch_id"]!), (reply.Status, (string)reply.Body!["id"]!));
        Assert.Equal(1, await _app.ReadAsync(db => db.Batches.CountAsync()));
        Assert.Equal(1, await _app.ReadAsync(db => db.Jobs.CountAsync()));
    }

    [Fact]
    public async Task A_create_that_never_arrived_is_asked_after_and_another_batch_made_in_its_place()
    {
        _app.Lifecycle.Lost = command => command is CreateBatch;
        await _app.UnansweredAsync(() => _app.Client.PostAsync("/v1/batches", OneShot, Key));
        _app.Lifecycle.Lost = _ => false;

        var reply = await _app.Client.PostAsync("/v1/batches", OneShot, Key);

        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Single(await _app.JobsAsync(reply.Id));
        var lost = Assert.IsType<CreateBatch>(_app.Lifecycle.Commands[0]);
        var asked = Assert.IsType<AcceptAppend>(_app.Lifecycle.Commands[1]);
        var made = Assert.IsType<CreateBatch>(_app.Lifecycle.Commands[2]);
        Assert.Equal((lost.BatchId, lost.CommandId), (asked.BatchId, asked.CommandId));
        Assert.True(made.BatchId != lost.BatchId && made.Number != lost.Number && made.CommandId != lost.CommandId);
        Assert.Equal(reply.Body!.ToJsonString(), (await _app.Client.PostAsync("/v1/batches", OneShot, Key)).Body!.ToJsonString());
    }

    [Fact]
    public async Task A_create_whose_refusal_was_lost_is_tried_again_although_its_row_is_not_gone_yet()
    {
        _app.Lifecycle.Silent = command => command is CreateBatch;
        var unknown = await _app.UnansweredAsync(() => _app.Client.PostAsync("/v1/batches", OneShot, Key));
        _app.Lifecycle.Silent = _ => false;
        await _app.ReadAsync(db => db.Batches.ExecuteUpdateAsync(set => set.SetProperty(batch => batch.DeletedAt, DateTime.UnixEpoch)));

        var reply = await _app.Client.PostAsync("/v1/batches", OneShot, Key);

        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.NotEqual((string)unknown.Body!["batch_id"]!, (string)reply.Body!["id"]!);
    }

    [Fact]
    public async Task While_nobody_says_what_became_of_a_create_its_repetition_makes_nothing()
    {
        _app.Lifecycle.Lost = _ => true;
        var first = await _app.UnansweredAsync(() => _app.Client.PostAsync("/v1/batches", OneShot, Key));
        var second = await _app.UnansweredAsync(() => _app.Client.PostAsync("/v1/batches", OneShot, Key));

        Assert.Equal((string)first.Body!["batch_id"]!, (string)second.Body!["batch_id"]!);
        Assert.Single(_app.Lifecycle.Commands.OfType<CreateBatch>());
    }

    [Fact]
    public async Task An_upload_whose_answer_was_lost_is_found_by_its_repetition()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Silent = command => command is AcceptAppend { Append.Count: > 0 };
        await _app.UnansweredAsync(() => _app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key));
        var reply = await _app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key);
        Assert.Equal((HttpStatusCode.Created, """{"appended":3,"total":3}"""), (reply.Status, reply.Body!.ToJsonString()));
        Assert.Equal(3, (await _app.JobsAsync(batch)).Count);
    }

    [Fact]
    public async Task An_upload_that_never_arrived_is_carried_out_by_its_repetition()
    {
        var batch = await _app.Client.CreateAsync();
        _app.Lifecycle.Lost = command => command is AcceptAppend;
        await _app.UnansweredAsync(() => _app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key));
        _app.Lifecycle.Lost = _ => false;
        var reply = await _app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key);
        Assert.Equal((HttpStatusCode.Created, """{"appended":3,"total":3}"""), (reply.Status, reply.Body!.ToJsonString()));
        Assert.Equal([0, 1, 2], (await _app.JobsAsync(batch)).Select(job => job.Index));
    }

    [Fact]
    public async Task An_upload_whose_process_died_is_taken_over_once_its_lease_has_passed()
    {
        var batch = await _app.Client.CreateAsync();
        await DieAsync(batch);
        (await _app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key)).IsProblem(409, "REQUEST_IN_PROGRESS");
        _clock.Advance(TimeSpan.FromSeconds(31));
        var reply = await _clock.MoveUntilAsync(_app.Client.UploadAsync(batch, Http.Lines(3), idempotencyKey: Key));
        Assert.Equal((HttpStatusCode.Created, 3), (reply.Status, (int)reply.Body!["total"]!));
        Assert.Equal([0, 1, 2], (await _app.JobsAsync(batch)).Select(job => job.Index));
    }

    [Fact]
    public async Task Answers_are_forgotten_after_a_day()
    {
        await _app.Client.PostAsync("/v1/batches", "{}", Key);
        _clock.Jump(TimeSpan.FromHours(23));
        await _app.Client.PostAsync("/v1/batches", "{}", "another");
        _clock.Jump(TimeSpan.FromMinutes(61));
        await Eventually.Equal(1, async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            return await _app.ReadAsync(db => db.Idempotency.CountAsync());
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("ü")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/batches");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key.Length > 0 ? new string('a', 256) : "");
        var response = await _app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("INVALID_PARAMETER", await response.Content.ReadAsStringAsync());
    }

    // What a process leaves that was killed while it staged.
    private async Task DieAsync(Guid batch)
    {
        using var body = new GatedContent();
        var dying = _app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body, Key);
        body.Send(Http.Lines(6000));
        await Eventually.True(async () => (await _app.JobsAsync(batch)).Count > 0);
        var append = await _app.ReadAsync(db => db.Appends.SingleAsync());
        var request = await _app.ReadAsync(db => db.Idempotency.SingleAsync());
        var jobs = await _app.JobsAsync(batch);
        body.Break();
        await Assert.ThrowsAnyAsync<Exception>(() => dying);
        await Eventually.Equal(0, () => _app.ReadAsync(db => db.Idempotency.CountAsync()));
        await _app.WriteAsync(db =>
        {
            db.Appends.Add(append);
            db.Idempotency.Add(request);
            db.Jobs.AddRange(jobs);
        });
    }
}
