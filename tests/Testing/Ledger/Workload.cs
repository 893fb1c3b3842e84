using System.Text.Json.Nodes;

namespace BatchPlatform.Testing.Ledger;

/// <summary>Clients that submit batches of every kind, at random, until they are told to stop.</summary>
/// <param name="books">Where they keep book.</param>
/// <param name="callback">Where callbacks go.</param>
public sealed class Workload(Bookkeeper books, string callback)
{
    private const int LargestInline = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Jobs of a big batch.</summary>
    public int BigJobs { get; init; } = 1000;

    /// <summary>A client waits up to so long between two batches.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So many clients, each with one batch after the other; what was begun is brought to its end.</summary>
    /// <param name="clients">How many.</param>
    /// <param name="seed">The same one draws the same kinds and sizes.</param>
    /// <param name="stop">When to begin no more.</param>
    public Task RunAsync(int clients, int seed, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientAsync(new Random(seed + client), stop), CancellationToken.None)));

    /// <summary>One batch of a random kind.</summary>
    public Task SubmitAsync(Random random) => random.Next(20) switch
    {
        0 => BigAsync(),
        1 or 2 => StopOnErrorAsync(random),
        3 or 4 => RetriedAsync(random),
        5 => ScheduledAsync(random),
        6 => RestartedAsync(random),
        7 => DeletedAsync(random),
        8 => RefusedAsync(),
        9 => books.CreateAsync("uncommitted", Batch(Jobs(random), commit: false)),
        10 or 11 or 12 => UploadedAsync(random),
        13 or 14 => books.TryCreateAsync("impatient", Batch(Jobs(random), called: false)),
        _ => books.CreateAsync("one-shot", Batch(Jobs(random))),
    };

    private async Task ClientAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await SubmitAsync(random);
            await Task.Delay(random.NextDouble() * LongestPause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task BigAsync() =>
        await books.CommitAsync(await books.AppendAsync((await books.CreateAsync("big", Batch([], commit: false)))!, Samples.Lines(BigJobs)));

    private async Task UploadedAsync(Random random)
    {
        var batch = (await books.CreateAsync("uploaded", Batch(Jobs(random), commit: false)))!;
        batch = await books.AppendAsync(batch, Samples.Lines(random.Next(1, LargestInline)));
        await books.CommitAsync(batch);
    }

    private async Task StopOnErrorAsync(Random random)
    {
        var batch = Batch(Jobs(random, failing: 2));
        batch["options"] = new JsonObject { ["stop_on_job_error"] = true };
        books.Note((await books.CreateAsync("stop-on-error", batch))! with { MayStop = true });
    }

    private async Task RetriedAsync(Random random)
    {
        var batch = (await books.CreateAsync("retried", Batch(Jobs(random, failing: 2))))!;
        await EndedAsync(batch);
        Bookkeeper.Accept(await books.AskAsync(HttpMethod.Post, $"/v1/batches/{batch.Id:D}/retry-failed"));
    }

    // It may fire while it is there, once a minute; then it loses its schedule, so that it ends.
    private async Task ScheduledAsync(Random random)
    {
        var scheduled = Batch(Jobs(random));
        scheduled["schedule"] = new JsonObject { ["kind"] = "minutes", ["minutes"] = "every_minute" };
        var batch = (await books.CreateAsync("scheduled", scheduled))!;
        Reply changed;
        do
        {
            await EndedAsync(batch);
            changed = await books.AskAsync(HttpMethod.Patch, $"/v1/batches/{batch.Id:D}", """{"schedule": null}""", "application/merge-patch+json");
        }
        while (changed.Status == 409);
        Bookkeeper.Accept(changed);
    }

    private async Task RestartedAsync(Random random)
    {
        var batch = (await books.CreateAsync("restarted", Batch(Jobs(random))))!;
        books.Note(batch with { MayStop = true });
        if ((await books.AskAsync(HttpMethod.Post, $"/v1/batches/{batch.Id:D}/stop")).Status == 200)
        {
            // Settled meanwhile by the calls in flight, it begins another run.
            Bookkeeper.Accept(await books.AskAsync(HttpMethod.Post, $"/v1/batches/{batch.Id:D}/start"));
        }

        books.Note(batch);
    }

    private async Task DeletedAsync(Random random)
    {
        // Without a callback: one may be on its way when the batch is deleted.
        var batch = (await books.CreateAsync("deleted", Batch(Jobs(random), called: false)))!;
        await EndedAsync(batch);
        await books.DeleteAsync(batch);
    }

    private Task<AcceptedBatch?> RefusedAsync() =>
        books.CreateAsync("refused", Batch(new JsonArray(new JsonObject { ["namespace"] = "nowhere", ["action"] = "go", ["params"] = new JsonObject() })));

    private async Task EndedAsync(AcceptedBatch batch)
    {
        while (Bookkeeper.Accept(await books.AskAsync(HttpMethod.Get, $"/v1/batches/{batch.Id:D}")).Json["state"]!.GetValue<string>() is not ("Finished" or "Stopped"))
        {
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private JsonObject Batch(JsonArray jobs, bool commit = true, bool called = true) => new()
    {
        ["commit"] = commit,
        ["jobs"] = jobs,
        ["callback"] = called ? new JsonObject { ["url"] = callback } : null,
    };

    private static JsonArray Jobs(Random random, int failing = 0)
    {
        var jobs = Enumerable.Range(0, random.Next(1, LargestInline)).Select(_ => Job("""{"name":"Lisbon"}""")).ToList();
        for (var job = 0; job < failing; job++)
        {
            jobs.Insert(random.Next(jobs.Count), Job("""{"country":"PT"}""")); // The sample upstream wants a name.
        }

        return [.. jobs];
    }

    private static JsonObject Job(string parameters) => new() { ["namespace"] = "places", ["action"] = "lookup", ["params"] = JsonNode.Parse(parameters) };
}
