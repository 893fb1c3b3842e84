using System.Net;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>A tenant of its own: what it asks, and what is put straight into the store for it to be read.</summary>
public sealed class Tenant(ReadingApp app, string name) : IDisposable
{
    public string Name => name;

    public HttpClient Client { get; } = app.Client(name);

    public void Dispose() => Client.Dispose();

    /// <summary>From now on its key is an administrator's.</summary>
    public void MakeAdmin() => Client.DefaultRequestHeaders.Add("X-Scope", "admin");

    /// <summary>A batch with this many jobs, each <c>{"n":index}</c> for <c>event/invite</c>.</summary>
    public async Task<Batch> BatchAsync(int jobs = 0, BatchState state = BatchState.Created, Action<Batch>? change = null)
    {
        var batch = new Batch
        {
            CorrelationId = Guid.CreateVersion7(app.Clock.GetUtcNow()),
            Number = await app.NumberAsync(),
            CurrentState = state.ToString(),
            Tenant = name,
            Revision = 1,
            NextIndex = jobs,
            Total = jobs,
            CreatedAt = app.Now,
            UpdatedAt = app.Now,
        };
        change?.Invoke(batch);
        await SaveAsync(db => db.Batches.Add(batch));
        await JobsAsync(batch, Enumerable.Range(0, jobs).Select(index => Job(index)));
        return batch;
    }

    /// <summary>Saves a batch in another state, with whatever else of it was changed.</summary>
    public Task MoveAsync(Batch batch, BatchState state)
    {
        batch.CurrentState = state.ToString();
        return SaveAsync(db => db.Batches.Update(batch));
    }

    public static StagedJob Job(int index, string? json = null, string? customId = null, string action = "invite") =>
        new(index, "event", action, Utf8(json ?? $$"""{"n":{{index}}}"""), customId);

    public Task JobsAsync(Batch batch, IEnumerable<StagedJob> jobs, int revision = 1) =>
        WriteAsync(db => app.Store.Bulk.InsertJobsAsync(db, batch.Number, revision, [.. jobs], default));

    /// <summary>A run of the batch, by default the first and not settled.</summary>
    public async Task<Run> RunAsync(Batch batch, int number = 1, int? root = null, Action<Run>? change = null)
    {
        var run = new Run
        {
            Batch = batch.Number,
            Number = number,
            BatchId = batch.CorrelationId,
            Tenant = name,
            Root = root ?? number,
            Revision = batch.Revision,
            Total = batch.Total,
            CreatedAt = app.Now,
            DeadlinesFrom = app.Now,
            Deadline = app.Now.AddDays(1),
            NextDeadline = app.Now.AddDays(1),
        };
        change?.Invoke(run);
        await SaveAsync(db => db.Runs.Add(run));
        return run;
    }

    /// <summary>Stores outcomes in this order of arrival, with the run's counts.</summary>
    public async Task OutcomesAsync(Run run, params IReadOnlyList<PackedOutcome> outcomes)
    {
        await WriteAsync(async db =>
        {
            var counted = await app.Store.Bulk.InsertOutcomesAsync(db, run.Batch, run.Number, outcomes, app.Now, default);
            run.SettledAt = counted!.Settled ? app.Now : null;
        });
    }

    /// <summary>A batch whose jobs have all completed, with responses of these sizes, in the order opposite to the jobs'.</summary>
    public async Task<Batch> FinishedAsync(int jobs, Func<int, int> responseSize)
    {
        var batch = await BatchAsync(jobs, BatchState.Finished, b => b.Run = 1);
        var run = await RunAsync(batch);
        foreach (var chunk in Enumerable.Range(0, jobs).Reverse().Chunk(5_000))
        {
            await OutcomesAsync(run, [.. chunk.Select(index => Completed(index, $"\"{new string('r', responseSize(index))}\""))]);
        }

        return batch;
    }

    public PackedOutcome Completed(int index, string response = """{"ok":true}""") =>
        new(index, true, 200, null, null, 1, 12, app.Now, Utf8(response));

    public PackedOutcome Failed(int index, string code = ErrorCodes.UpstreamStatus, int status = 500) =>
        new(index, false, status, code, $"Job {index} failed.", 3, 34, app.Now, default);

    public Task SliceAsync(Run run, SliceState state, int remaining, params IEnumerable<(int Index, int Attempt)> jobs) => SaveAsync(db => db.Slices.Add(new Slice
    {
        Id = Guid.CreateVersion7(app.Clock.GetUtcNow()),
        Batch = run.Batch,
        Run = run.Number,
        Namespace = "event",
        BatchId = run.BatchId,
        Tenant = name,
        State = state,
        LeaseUntil = app.Now,
        Jobs = SliceJobs.Of(jobs),
        Remaining = remaining,
        CreatedAt = app.Now,
    }));

    public Task RetryAsync(Run run, int index, int attempt) => SaveAsync(db => db.Retries.Add(new Retry
    {
        Batch = run.Batch,
        Run = run.Number,
        Index = index,
        Namespace = "event",
        Attempt = attempt,
        DueAt = app.Now,
    }));

    public Task SaveAsync(Action<StoreDb> change) => WriteAsync(async db =>
    {
        change(db);
        await db.SaveChangesAsync();
        db.ChangeTracker.Clear();
    });

    public async Task WriteAsync(Func<StoreDb, Task> write)
    {
        await using var unit = await app.Store.BeginAsync();
        await write(unit.Db);
        await unit.CommitAsync();
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path} answered {response.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    public async Task<string> TextAsync(string path) => await Client.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Asserts a refusal, and that it names the parameter.</summary>
    public async Task RefusedAsync(string path, HttpStatusCode status, string code, string? parameter = null)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((status, code), (response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        if (parameter is not null)
        {
            Assert.Equal(parameter, problem.GetProperty("errors")[0].GetProperty("field").GetString());
        }
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
