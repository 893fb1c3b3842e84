using BatchPlatform.Testing;
using static BatchPlatform.Client.Tests.ScriptedHandler;

namespace BatchPlatform.Client.Tests;

/// <summary>Streams whose connection is lost are taken up where they broke off.</summary>
public sealed class StreamTests
{
    private const string Ndjson = "application/x-ndjson";
    private const string Events = "text/event-stream";
    private static readonly Guid Id = Guid.Parse("0198f000-0000-7000-8000-000000000001");
    private readonly FakeClock _clock = new();

    private ClientOptions Options => new() { Time = _clock };

    [Fact]
    public async Task Results_go_on_after_the_last_whole_line()
    {
        using var handler = new ScriptedHandler(CutOff(Ndjson, $"{Line(0)}\n{Line(1)}\n{Line(2)[..20]}"), Lost, CutOff(Ndjson, ""), Body(200, Ndjson, $"{Line(2)}\n{Line(3)}\n"));
        using var client = handler.Client(Options);

        var results = await _clock.PassesUntil(client.Results.ReadAsync(Id, new ResultOptions { State = JobState.Failed }).ToListAsync().AsTask());

        Assert.Equal([0, 1, 2, 3], results.Select(result => result.Index));
        Assert.Equal($"/v1/batches/{Id}/results?format=ndjson&state=Failed&order=index", handler.Requests[0].Path);
        Assert.EndsWith("&after=1", handler.Requests[1].Path, StringComparison.Ordinal);
        Assert.EndsWith("&after=1", handler.Requests[3].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_are_given_word_for_word()
    {
        using var handler = new ScriptedHandler(Body(200, Ndjson, $$"""{"index":4,"namespace":"a","action":"b","state":"Failed","later_member":"Ü"}""" + "\n"));
        using var client = handler.Client(Options);

        Assert.Equal(["""{"index":4,"namespace":"a","action":"b","state":"Failed","later_member":"Ü"}"""], await client.Results.ReadLinesAsync(Id, new ResultOptions { After = 3 }).ToListAsync());
        Assert.EndsWith("&after=3", handler.Requests[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_are_followed_by_position_until_the_batch_has_ended()
    {
        using var handler = new ScriptedHandler(
            Json(200, Batch("Running")),
            Body(200, Ndjson, Arrived(5, "1-1")),
            Json(200, Batch("Running")),
            CutOff(Ndjson, Arrived(2, "1-2")),
            Json(200, Batch("Finished")),
            CutOff(Ndjson, Arrived(3, "1-3")),
            Json(200, Batch("Finished")),
            Body(200, Ndjson, Arrived(0, "1-4")));
        using var client = handler.Client(Options);

        var results = await _clock.PassesUntil(client.Results.FollowAsync(Id).ToListAsync().AsTask());

        Assert.Equal([5, 2, 3, 0], results.Select(result => result.Index));
        Assert.Equal(["1-1", "1-2", "1-3"], handler.Requests.Where(request => request.Path.Contains("after=")).Select(request => request.Path[^3..]));
    }

    [Fact]
    public async Task Progress_goes_on_until_the_end_event()
    {
        using var handler = new ScriptedHandler(
            CutOff(Events, $"event: progress\ndata: {Progress("Running", 1)}\n\n: still here\n\nevent: progr"),
            Body(200, Events, $"event: progress\ndata: {Progress("Running", 2)}\n\n"),
            Body(200, Events, $"event: progress\ndata: {Progress("Finished", 3)}\n\nevent: end\ndata: {Progress("Finished", 3)}\n\n"));
        using var client = handler.Client(Options);

        var progress = await _clock.PassesUntil(client.Batches.WatchAsync(Id).ToListAsync().AsTask());

        Assert.Equal([1, 2, 3], progress.Select(each => each.Counts.Completed));
        Assert.Equal(BatchState.Finished, progress[^1].State);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_any_more_counts_as_lost()
    {
        using var handler = new ScriptedHandler(
            Stuck(Events, $"event: progress\ndata: {Progress("Running", 1)}\n\n"), Body(200, Events, $"event: end\ndata: {Progress("Finished", 3)}\n\n"),
            Stuck(Ndjson, $"{Line(0)}\n"), Body(200, Ndjson, $"{Line(1)}\n"));
        using var client = handler.Client(Options);
        var began = _clock.GetUtcNow();

        Assert.Single(await _clock.PassesUntil(client.Batches.WatchAsync(Id).ToListAsync().AsTask()));
        Assert.Equal(2, (await _clock.PassesUntil(client.Results.ReadAsync(Id).ToListAsync().AsTask())).Count);

        Assert.True(_clock.GetUtcNow() - began >= 2 * Options.AttemptTimeout);
    }

    [Fact]
    public async Task A_copy_that_is_not_whole_is_told()
    {
        using var handler = new ScriptedHandler(CutOff("text/csv", "index,state\n0,Comp"));
        using var client = handler.Client(Options);

        await Assert.ThrowsAsync<IOException>(() => client.Results.CopyAsync(Id, "csv", Stream.Null));
    }

    [Fact]
    public async Task A_list_is_read_page_after_page()
    {
        using var handler = new ScriptedHandler(Json(200, $$"""{"items":[{{Batch("Created")}}],"next_cursor":"a b"}"""), Json(200, $$"""{"items":[],"next_cursor":null}"""));
        using var client = handler.Client(Options);

        var batches = await client.Batches.ListAsync(new BatchFilter { State = BatchState.Created, Name = "ä&b", CreatedAfter = _clock.GetUtcNow() }).ToListAsync();

        Assert.Single(batches);
        Assert.Equal("/v1/batches?state=Created&name=%C3%A4%26b&created_after=2026-01-01T00%3A00%3A00.0000000Z", handler.Requests[0].Path);
        Assert.EndsWith("&cursor=a%20b", handler.Requests[1].Path, StringComparison.Ordinal);
    }

    private static string Line(int index) => $$"""{"index":{{index}},"namespace":"places","action":"lookup","state":"Failed"}""";

    private static string Arrived(int index, string position) => $$"""{"index":{{index}},"namespace":"places","action":"lookup","state":"Completed","position":"{{position}}"}""" + "\n";

    private static string Batch(string state) => $$"""{"id":"{{Id}}","number":7,"state":"{{state}}","tenant":"t","created_at":"2026-01-01T00:00:00Z"}""";

    private static string Progress(string state, int completed) => $$"""{"state":"{{state}}","counts":{"total":3,"completed":{{completed}} } }""";
}
