using System.Net;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

/// <summary>What the api itself refuses for a quota; what the lifecycle refuses is tested with the orchestrator.</summary>
public sealed class QuotaTests
{
    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Of_twenty_uploads_at_once_a_quota_of_ten_lets_ten_in(string provider)
    {
        await using var app = await StartAsync(new() { ["Quotas:Uploads"] = "10", ["Store:Provider"] = provider });
        var batches = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Client.CreateAsync()));
        var bodies = batches.Select(_ => new GatedContent()).ToList();
        using var client = PatientClient(app);
        var uploads = batches.Zip(bodies, (batch, body) => client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body)).ToList();

        // Those that are refused are answered while the others wait for the rest of their bodies.
        await Eventually.Equal(10, () => Task.FromResult(uploads.Count(upload => upload.IsCompleted)));
        Assert.Equal(10, await app.ReadAsync(db => QuotaCounts.UploadsAsync(db, "default", DateTime.UnixEpoch, default)));
        bodies.ForEach(body =>
        {
            body.Send(Http.Job);
            body.End();
        });

        var replies = await Task.WhenAll(uploads);
        Assert.Equal(10, replies.Count(reply => reply.Status == HttpStatusCode.Created));
        foreach (var refused in replies.Where(reply => reply.Status != HttpStatusCode.Created))
        {
            refused.IsProblem(429, "QUOTA_UPLOADS");
            Assert.Equal("5", refused.Message.Headers.RetryAfter?.ToString());
        }

        // There is room again.
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batches[0], Http.Job)).Status);
    }

    [Fact]
    public async Task Uploads_to_datasets_count_with_those_of_jobs()
    {
        await using var app = await StartAsync(new() { ["Quotas:Uploads"] = "1" });
        var (batch, dataset) = (await app.Client.CreateAsync(), (await app.Client.PostAsync("/v1/datasets", """{"name":"rows"}""")).Id);
        var body = new GatedContent();
        var upload = app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body);
        await Eventually.Equal(1, () => app.ReadAsync(db => QuotaCounts.UploadsAsync(db, "default", DateTime.UnixEpoch, default)));

        var refused = await app.Client.SendAsync(HttpMethod.Put, $"/v1/datasets/{dataset}/content", Http.Text("{\"a\":1}", Http.Ndjson));

        refused.IsProblem(429, "QUOTA_UPLOADS");
        Assert.False(await app.ReadAsync(db => db.DatasetContents.AnyAsync()));
        body.Send(Http.Job);
        body.End();
        Assert.Equal(HttpStatusCode.Created, (await upload).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Put, $"/v1/datasets/{dataset}/content", Http.Text("{\"a\":1}", Http.Ndjson))).Status);
    }

    [Theory]
    [InlineData("""{"jobs":[{"namespace":"bench","action":"noop","params":{}}]}""", "PendingJobs", "0", 429, "QUOTA_PENDING_JOBS")]
    [InlineData("""{"jobs":[{"namespace":"bench","action":"noop","params":{}}]}""", "Results", "0", 429, "QUOTA_RESULTS")]
    [InlineData("{}", "Batches", "0", 429, "QUOTA_BATCHES")]
    [InlineData("""{"commit":true,"jobs":[{"namespace":"bench","action":"noop","params":{}}],"callback":{"url":"https://receiver.example/"}}""", "Callbacks", "0", 429, "QUOTA_CALLBACKS")]
    [InlineData("""{"jobs":[{"namespace":"bench","action":"noop","params":{}},{"namespace":"bench","action":"noop","params":{}}]}""", "JobsPerBatch", "1", 422, "QUOTA_JOBS_PER_BATCH")]
    public async Task A_submission_beyond_a_quota_is_refused_before_anything_is_stored_or_asked(string body, string quota, string limit, int status, string code)
    {
        await using var app = await StartAsync(new() { [$"Quotas:{quota}"] = limit });

        (await app.Client.PostAsync("/v1/batches", body)).IsProblem(status, code);

        Assert.Empty(app.Lifecycle.Commands);
        Assert.False(await app.ReadAsync(db => db.Jobs.AnyAsync()));
        Assert.False(await app.ReadAsync(db => db.Appends.AnyAsync()));
    }

    [Fact]
    public async Task An_upload_beyond_a_quota_leaves_nothing()
    {
        await using var app = await StartAsync(new() { ["Quotas:PendingJobs"] = "6000" });
        var batch = await app.Client.CreateAsync();

        var refused = await app.Client.UploadAsync(batch, Http.Lines(12_000));

        refused.IsProblem(429, "QUOTA_PENDING_JOBS");
        await app.NothingIsLeftAsync(batch);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, Http.Lines(6000))).Status);
    }

    [Fact]
    public async Task A_refusal_for_a_quota_is_no_answer_to_keep_for_an_idempotency_key()
    {
        await using var app = await StartAsync(new() { ["Quotas:Batches"] = "0" });
        (await app.Client.PostAsync("/v1/batches", "{}", idempotencyKey: "again")).IsProblem(429, "QUOTA_BATCHES");
        Assert.False(await app.ReadAsync(db => db.Idempotency.AnyAsync()));

        await PutAsync(app, "default", """{"batches":1}""");

        Assert.Equal(HttpStatusCode.Created, (await app.Client.PostAsync("/v1/batches", "{}", idempotencyKey: "again")).Status);
    }

    [Fact]
    public async Task An_expansion_beyond_a_quota_is_refused_up_front()
    {
        await using var app = await StartAsync(new() { ["Quotas:PendingJobs"] = "2" });
        var (batch, dataset) = (await app.Client.CreateAsync(), (await app.Client.PostAsync("/v1/datasets", """{"name":"rows"}""")).Id);
        await app.Client.SendAsync(HttpMethod.Put, $"/v1/datasets/{dataset}/content", Http.Text("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", Http.Ndjson));

        var refused = await app.Client.PostAsync(
            $"/v1/batches/{batch}/jobs", $$"""{"dataset":"{{dataset}}","template":{"namespace":"bench","action":"noop","params":{} } }""");

        refused.IsProblem(429, "QUOTA_PENDING_JOBS");
        Assert.False(await app.ReadAsync(db => db.Expansions.AnyAsync()));
    }

    [Fact]
    public async Task Usage_tells_what_a_tenant_has_of_what_it_may_have()
    {
        await using var app = await StartAsync(new() { ["Quotas:Batches"] = "7", ["Quotas:PendingJobs"] = "8" });
        await app.Client.UploadAsync(await app.Client.CreateAsync(), Http.Lines(3));
        await PutAsync(app, "default", """{"batches":9,"uploads":2}""");

        var usage = (await app.Client.SendAsync(HttpMethod.Get, "/v1/usage")).Body!;

        Assert.Equal(
            """{"tenant":"default","batches":{"used":1,"limit":9},"jobs_per_batch":{"used":3,"limit":1048576},"pending_jobs":{"used":3,"limit":8},"uploads":{"used":0,"limit":2},"results":{"used":3,"limit":null},"callbacks":{"used":0,"limit":null}}""",
            usage.ToJsonString());
    }

    [Fact]
    public async Task Only_an_admin_sees_what_another_tenant_uses()
    {
        await using var app = await StartAsync([]);
        using var reader = app.NewClient(await app.AddKeyAsync("reader", "acme", "read"));

        Assert.Equal("acme", (string?)(await reader.SendAsync(HttpMethod.Get, "/v1/usage")).Body!["tenant"]);
        Assert.Equal(HttpStatusCode.OK, (await reader.SendAsync(HttpMethod.Get, "/v1/usage?tenant=acme")).Status);
        (await reader.SendAsync(HttpMethod.Get, "/v1/usage?tenant=default")).IsProblem(403, "FORBIDDEN");
        Assert.Equal("acme", (string?)(await app.Client.SendAsync(HttpMethod.Get, "/v1/usage?tenant=acme")).Body!["tenant"]);
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/usage?tenant=%00")).IsProblem(422, "INVALID_FIELD");
    }

    [Theory]
    [InlineData("""{"batches":-1}""", "quotas.batches")]
    [InlineData("""{"jobs_per_batch":0}""", "quotas.jobs_per_batch")]
    [InlineData("""{"jobs_per_batch":1048577}""", "quotas.jobs_per_batch")]
    [InlineData("""{"pending_jobs":1000000000001}""", "quotas.pending_jobs")]
    public async Task A_quota_out_of_its_bounds_is_refused(string quotas, string field)
    {
        await using var app = await StartAsync([]);

        var refused = await app.Client.SendAsync(HttpMethod.Put, "/v1/tenants/acme", Http.Text($$"""{"quotas":{{quotas}} }""", "application/json"));

        refused.IsProblem(422, "INVALID_FIELD");
        Assert.Equal([field], refused.Fields);
        Assert.False(await app.ReadAsync(db => db.Tenants.AnyAsync(row => row.Name == "acme")));
    }

    [Fact]
    public async Task Quotas_are_shown_as_they_were_set_and_gone_when_left_out()
    {
        await using var app = await StartAsync([]);
        await PutAsync(app, "acme", """{"batches":3}""");
        Assert.Equal(3, (int)(await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants/acme")).Body!["quotas"]!["batches"]!);

        await app.Client.SendAsync(HttpMethod.Put, "/v1/tenants/acme", Http.Text("{}", "application/json"));

        Assert.Null((await app.Client.SendAsync(HttpMethod.Get, "/v1/tenants/acme")).Body!["quotas"]);
    }

    // Hears a refusal before it has sent its body.
    private static HttpClient PatientClient(ApiApp app)
    {
        var client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = app.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = app.Client.DefaultRequestHeaders.Authorization;
        client.DefaultRequestHeaders.ExpectContinue = true;
        return client;
    }

    private static Task<ApiApp> StartAsync(Dictionary<string, string?> settings) => ApiApp.StartAsync(settings);

    private static async Task PutAsync(ApiApp app, string tenant, string quotas)
    {
        var reply = await app.Client.SendAsync(HttpMethod.Put, $"/v1/tenants/{tenant}", Http.Text($$"""{"quotas":{{quotas}} }""", "application/json"));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
    }
}
