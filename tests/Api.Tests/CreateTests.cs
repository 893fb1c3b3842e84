using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

public sealed class CreateTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task A_batch_is_created_with_what_the_client_chose()
    {
        var reply = await app.Client.PostAsync("/v1/batches", """
            {"name":"Grüße","recurring":true,"options":{"stop_on_job_error":true,"priority":"high","deadline_seconds":60},
             "callback":{"url":"https://example.org/hook"}}
            """);
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal($"/v1/batches/{reply.Id}", reply.Message.Headers.Location?.ToString());
        Assert.Equal(7, reply.Id.Version);
        Assert.Equal(("Grüße", "Created", "default", true), ((string)reply.Body!["name"]!, (string)reply.Body["state"]!, (string)reply.Body["tenant"]!, (bool)reply.Body["recurring"]!));
        Assert.Equal("""{"stop_on_job_error":true,"priority":"high","deadline_seconds":60,"canary_jobs":0,"failure_budget":null,"limits":null}""", reply.Body["options"]!.ToJsonString());
        Assert.Equal(("https://example.org/hook", "json", "summary"), ((string)reply.Body["callback"]!["url"]!, (string)reply.Body["callback"]!["format"]!, (string)reply.Body["callback"]!["include"]!));
        Assert.True((long)reply.Body["number"]! > 0);
    }

    [Fact]
    public async Task No_body_at_all_makes_a_batch_of_defaults()
    {
        var reply = await app.Client.PostAsync("/v1/batches");
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal("normal", (string)reply.Body!["options"]!["priority"]!);
        Assert.Null(reply.Body["name"]);
    }

    [Fact]
    public async Task A_one_shot_submission_is_one_command_with_its_jobs_staged()
    {
        var reply = await app.Client.PostAsync("/v1/batches", """
            {"commit":true,"jobs":[
              {"namespace":"bench","action":"noop","params":{"a":"ü \"quoted\" ]},"},"custom_id":"first"},
              {"namespace":"places","action":"lookup","params":{ }}]}
            """);
        Assert.Equal(("Committed", 2), ((string)reply.Body!["state"]!, (int)reply.Body["counts"]!["total"]!));
        var command = Assert.IsType<CreateBatch>(app.Lifecycle.Commands.Single(c => c.BatchId == reply.Id));
        Assert.True(command.Commit);
        Assert.Equal([new LaneCount("bench", 0, 1), new LaneCount("places", 1, 1)], command.Append!.Lanes);
        var jobs = await app.JobsAsync(reply.Id);
        Assert.Equal([(0, 1, "first"), (1, 1, null)], jobs.Select(job => (job.Index, job.AddedRev, job.CustomId)));
        Assert.Equal(["""{"a":"ü \"quoted\" ]},"}""", "{ }"], jobs.Select(job => job.Params));
    }

    [Fact]
    public async Task More_inline_jobs_than_one_transaction_takes_are_all_there()
    {
        var reply = await app.Client.PostAsync("/v1/batches", $$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(Http.Job, 12_001))}}]}""");
        Assert.Equal(12_001, (int)reply.Body!["counts"]!["total"]!);
        Assert.Equal(Enumerable.Range(0, 12_001), (await app.JobsAsync(reply.Id)).Select(job => job.Index));
        Assert.Equal(0, await app.ReadAsync(db => Task.FromResult(db.Appends.Count(append => append.BatchId == reply.Id))));
    }

    [Theory]
    [InlineData("""{"commit":true}""")]
    [InlineData("""{"commit":true,"jobs":[]}""")]
    [InlineData("""{"commit":true,"jobs":null}""")]
    public async Task Committing_without_jobs_is_refused_and_makes_no_batch(string body)
    {
        var before = app.Lifecycle.Commands.Count;
        (await app.Client.PostAsync("/v1/batches", body)).IsProblem(422, "INVALID_JOBS_COUNT");
        Assert.Equal(before, app.Lifecycle.Commands.Count);
    }

    [Fact]
    public async Task Bad_inline_jobs_are_told_by_position_and_make_no_batch()
    {
        var before = app.Lifecycle.Commands.Count;
        var reply = await app.Client.PostAsync("/v1/batches", $$$"""{"jobs":[{{{Http.Job}}},{"namespace":"x","action":"y","params":{}},7,{{{Http.Job}}},{}]}""");
        reply.IsProblem(422, "INVALID_JOB");
        Assert.Equal(["2 UNKNOWN_NAMESPACE", "3 INVALID_FIELD", "5 INVALID_JOB"], reply.Lines);
        Assert.Equal(before, app.Lifecycle.Commands.Count);
    }

    [Fact]
    public async Task A_refused_create_leaves_no_rows()
    {
        app.Lifecycle.Refuse = command => command is CreateBatch ? FakeLifecycle.Refused(command, ErrorCodes.BatchRunning) : null;
        try
        {
            (await app.Client.PostAsync("/v1/batches", $$"""{"jobs":[{{Http.Job}}]}""")).IsProblem(409, "BATCH_RUNNING");
        }
        finally
        {
            app.Lifecycle.Refuse = _ => null;
        }

        var number = Assert.IsType<CreateBatch>(app.Lifecycle.Commands[^1]).Number;
        Assert.Equal((0, 0), await app.ReadAsync(db => Task.FromResult((db.Jobs.Count(job => job.Batch == number), db.Appends.Count(append => append.Batch == number)))));
    }

    [Fact]
    public async Task The_append_of_a_committed_batch_is_removed_after_the_answer()
    {
        var own = await ApiApp.StartAsync(new() { ["Api:ClockSeconds"] = "0.1" });
        try
        {
            await own.Client.CreateAsync($$"""{"commit":true,"jobs":[{{Http.Job}}]}""");
            await Eventually.Equal(0, () => own.ReadAsync(db => Task.FromResult(db.Appends.Count())));
            Assert.Equal(1, await own.ReadAsync(db => Task.FromResult(db.Jobs.Count())));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_create_without_a_reply_is_unknown_and_names_the_batch()
    {
        var own = await ApiApp.StartAsync();
        try
        {
            own.Lifecycle.Silent = _ => true;
            var reply = await own.UnansweredAsync(() => own.Client.PostAsync("/v1/batches", "{}"));
            var batch = Guid.Parse((string)reply.Body!["batch_id"]!);
            Assert.Equal(HttpStatusCode.OK, (await own.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}")).Status);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }
}
