using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Client.Tests;

/// <summary>What the client does with a running platform.</summary>
[Collection(SharedPlatform.Name)]
public sealed class PlatformTests(RunningPlatform platform) : IDisposable
{
    private readonly BatchPlatformClient _client = new(platform.Address, RunningPlatform.Key);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_batch_goes_from_its_creation_to_its_results()
    {
        var batch = await _client.Batches.CreateAsync(new NewBatch { Name = "whole", Options = new BatchOptions { Priority = BatchPriority.High, DeadlineSeconds = 600 } });
        Assert.Equal((BatchState.Created, "whole", BatchPriority.High), (batch.State, batch.Name, batch.Options.Priority));

        Assert.Equal(20, await _client.Jobs.AddAsync(batch.Id, SharedPlatform.Jobs(20)));
        await _client.Batches.CommitAsync(batch.Id);
        var progress = await _client.Batches.WatchAsync(batch.Id).LastAsync();
        Assert.Equal((BatchState.Finished, 20), (progress.State, progress.Counts.Completed));

        var results = await _client.Results.ReadAsync(batch.Id).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 20), results.Select(result => result.Index));
        Assert.All(results, result => Assert.Equal(JsonValueKind.Object, result.Response!.Value.ValueKind));
        Assert.Equal("job-19", results[19].CustomId);
        Assert.Equal(20, await _client.Results.FollowAsync(batch.Id).CountAsync());
        Assert.Equal(5, await _client.Results.ReadAsync(batch.Id, new ResultOptions { After = 14 }).CountAsync());
        using var csv = new MemoryStream();
        await _client.Results.CopyAsync(batch.Id, "csv", csv);
        Assert.Equal(21, System.Text.Encoding.UTF8.GetString(csv.ToArray()).TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Failed_jobs_are_seen_and_run_again()
    {
        var created = await _client.Batches.CreateAsync(new NewBatch { Jobs = [SharedPlatform.FailingJob, .. await SharedPlatform.Jobs(2).ToListAsync()], Commit = true });
        var batch = await _client.Batches.WaitAsync(created.Id);
        Assert.Equal((2, 1), (batch.Counts.Completed, batch.Counts.Failed));

        var failed = await _client.Jobs.ListAsync(batch.Id, JobState.Failed).SingleAsync();
        Assert.Equal(0, failed.Index);
        Assert.Equal(failed.Error!.Code, (await _client.Jobs.GetAsync(batch.Id, 0)).Error!.Code);
        Assert.Equal(failed.Error.Code, (await _client.Results.ReadAsync(batch.Id, new ResultOptions { State = JobState.Failed }).SingleAsync()).Error!.Code);

        await _client.Batches.RetryFailedAsync(batch.Id);
        await _client.Batches.WaitAsync(batch.Id);
        var runs = await _client.Batches.RunsAsync(batch.Id).ToListAsync();
        Assert.Equal([(2, 1, 1), (1, 1, 3)], runs.Select(run => (run.Number, run.Root, run.Total)));
        Assert.Equal(RunState.Settled, runs[0].State);
    }

    [Fact]
    public async Task A_batch_is_moved_listed_and_deleted()
    {
        var name = $"moved {Guid.NewGuid():N}";
        var batch = await _client.Batches.CreateAsync(new NewBatch { Name = name, Jobs = await SharedPlatform.Jobs(3).ToListAsync() });
        Assert.Equal("while it rains", (await _client.Batches.PauseAsync(batch.Id, "while it rains")).PauseReason);
        await _client.Batches.CommitAsync(batch.Id);
        Assert.Equal(BatchState.Stopped, (await _client.Batches.StopAsync(batch.Id)).State);
        Assert.False((await _client.Batches.ResumeAsync(batch.Id)).Paused);
        await _client.Batches.StartAsync(batch.Id);
        Assert.Equal(3, (await _client.Batches.WaitAsync(batch.Id)).Counts.Completed);

        Assert.Equal(batch.Id, (await _client.Batches.ListAsync(new BatchFilter { Name = name, State = BatchState.Finished }).SingleAsync()).Id);
        var (items, next) = await _client.Batches.PageAsync(limit: 1);
        Assert.Single(items);
        Assert.True(next is null || (await _client.Batches.PageAsync(limit: 1, cursor: next)).Items[0].Number < items[0].Number);
        var renamed = await _client.Batches.UpdateAsync(batch.Id, new JsonObject { ["name"] = "renamed", ["options"] = new JsonObject { ["priority"] = "low" } });
        Assert.Equal(("renamed", BatchPriority.Low), (renamed.Name, renamed.Options.Priority));

        await _client.Batches.DeleteAsync(batch.Id);
        var gone = await Assert.ThrowsAsync<BatchPlatformException>(() => _client.Batches.GetAsync(batch.Id));
        Assert.Equal((HttpStatusCode.NotFound, "BATCH_NOT_FOUND"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task A_schedule_goes_there_and_back()
    {
        var schedule = new Schedule { Kind = ScheduleKind.Weekly, Hours = [9, 17], DaysOfWeek = [1, 5], TimeZone = "Europe/Berlin", Overlap = OverlapPolicy.Queue, Missed = MissedPolicy.Once };
        var batch = await _client.Batches.CreateAsync(new NewBatch { Schedule = schedule });

        var read = (await _client.Batches.GetAsync(batch.Id)).Schedule!;

        Assert.Equal((ScheduleKind.Weekly, OverlapPolicy.Queue, MissedPolicy.Once), (read.Kind, read.Overlap, read.Missed));
        Assert.Equal([9, 17], read.Hours);
        Assert.NotNull(batch.NextRunAt);
        Assert.Null((await _client.Batches.UpdateAsync(batch.Id, new JsonObject { ["schedule"] = null })).Schedule);
    }

    [Fact]
    public async Task Upstreams_are_defined_paused_and_removed()
    {
        var definition = JsonSerializer.SerializeToElement(new
        {
            base_url = "https://maps.example.com",
            headers = new { accept_language = "en" },
            limits = new { requests_per_second = 5, concurrency = 2 },
            actions = new { tile = new { method = "GET", path = "/tiles/{z}" } },
        });
        var made = await _client.Upstreams.PutAsync("maps", definition);
        Assert.Equal((5, 2, "/tiles/{z}"), (made.Limits.RequestsPerSecond, made.Limits.Concurrency, made.Actions["tile"].Path));
        Assert.Equal("en", made.More["headers"].GetProperty("accept_language").GetString());

        Assert.Equal("maintenance", (await _client.Upstreams.PauseAsync("maps", "maintenance")).PauseReason);
        Assert.True((await _client.Upstreams.GateAsync("maps")).Paused);
        Assert.False((await _client.Upstreams.ResumeAsync("maps")).Paused);
        Assert.Contains(await _client.Upstreams.ListAsync(), upstream => upstream.Namespace == "maps");
        await _client.Upstreams.DeleteAsync("maps");
        await Assert.ThrowsAsync<BatchPlatformException>(() => _client.Upstreams.GetAsync("maps"));
    }

    [Fact]
    public async Task Operators_make_keys_and_see_what_is_used()
    {
        var key = await _client.Admin.CreateKeyAsync(new NewApiKey("guests", ["read", "write"], "for tests"));
        using (var guest = new BatchPlatformClient(platform.Address, key.Key!))
        {
            await guest.Batches.CreateAsync(new NewBatch { Jobs = await SharedPlatform.Jobs(2).ToListAsync() });
            Assert.Equal(("guests", 1), ((await guest.Admin.UsageAsync()).Tenant, (await guest.Admin.UsageAsync()).Batches.Used));
        }

        Assert.Contains(await _client.Admin.KeysAsync("guests").ToListAsync(), each => each.Id == key.Id && each.Key is null);
        await _client.Admin.RevokeKeyAsync(key.Id);
        Assert.NotNull((await _client.Admin.KeysAsync("guests").FirstAsync(each => each.Id == key.Id)).RevokedAt);

        var tenant = await _client.Admin.PutTenantAsync(new Tenant { Name = "guests", Weight = 2, TimeZone = "Europe/Berlin", Quotas = new Quotas(10, null, null, null, null, null) });
        Assert.Equal((2, 10), (tenant.Weight, tenant.Quotas!.Batches));
        Assert.Equal("Europe/Berlin", (await _client.Admin.GetTenantAsync("guests")).TimeZone);
        Assert.Contains(await _client.Admin.TenantsAsync().ToListAsync(), each => each.Name == "guests");
        Assert.Empty(await _client.Admin.DeadLettersAsync());
        Assert.Empty(await _client.Admin.RedriveAsync());
    }

    [Fact]
    public async Task A_callback_arrives_is_genuine_and_is_sent_again_when_asked_for()
    {
        using var receiver = new HttpListener();
        var port = LoopbackPort.Next();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        var batch = await _client.Batches.CreateAsync(new NewBatch
        {
            Callback = new Callback($"http://127.0.0.1:{port}/ended"), Jobs = await SharedPlatform.Jobs(1).ToListAsync(), Commit = true,
        });

        var (id, genuine) = await ReceiveAsync(receiver, batch.Callback!.Secret!);
        Assert.True(genuine);
        await Eventually.Equal("delivered", async () => (await _client.Deliveries.ListAsync(batch.Id).SingleAsync()).State);
        var delivery = await _client.Deliveries.ListAsync(batch.Id).SingleAsync();
        Assert.Equal((id, 200), ($"{delivery.Id}", delivery.Attempts.Single().StatusCode));

        await _client.Deliveries.ResendAsync(delivery.Id);
        Assert.Equal((id, true), await ReceiveAsync(receiver, batch.Callback.Secret!));
        Assert.Equal(0, await _client.Deliveries.ResendAsync(batch.CreatedAt, batch.CreatedAt.AddMinutes(1)));
    }

    [Fact]
    public async Task A_key_that_is_unknown_is_refused()
    {
        using var stranger = new BatchPlatformClient(platform.Address, "nobodys-key");

        var refusal = await Assert.ThrowsAsync<BatchPlatformException>(() => stranger.Batches.ListAsync().FirstOrDefaultAsync().AsTask());

        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Status);
    }

    private static async Task<(string? Id, bool IsGenuine)> ReceiveAsync(HttpListener receiver, string secret)
    {
        var call = await receiver.GetContextAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        using var body = new MemoryStream();
        await call.Request.InputStream.CopyToAsync(body);
        var headers = call.Request.Headers;
        var genuine = new CallbackVerifier(secret).IsGenuine(headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body.ToArray());
        call.Response.Close();
        return (headers["webhook-id"], genuine);
    }
}
