using System.Text;
using BatchPlatform.Testing;
using static BatchPlatform.Client.Tests.ScriptedHandler;

namespace BatchPlatform.Client.Tests;

/// <summary>Jobs are added in parts, each under a key of its own.</summary>
public sealed class UploadTests
{
    private static readonly Guid Id = Guid.Parse("0198f000-0000-7000-8000-000000000001");

    // Two lines of ten bytes each fit.
    private static readonly ClientOptions Small = new() { UploadBytes = 20, Time = new FakeClock() };

    [Fact]
    public async Task A_file_goes_in_parts_of_whole_lines_each_under_a_key_of_its_own()
    {
        using var handler = new ScriptedHandler(Added(2), Added(4), Added(5));
        using var client = handler.Client(Small);
        var told = new List<int>();

        var total = await client.Jobs.AddLinesAsync(Id, File("{\"a\": 10}\n{\"a\": 11}\n{\"a\": 12}\n{\"a\": 13}\n{\"a\": 14}"), new UploadOptions { Id = "mine", Progress = new Told(told) });

        Assert.Equal(5, total);
        Assert.Equal(["{\"a\": 10}\n{\"a\": 11}\n", "{\"a\": 12}\n{\"a\": 13}\n", "{\"a\": 14}"], handler.Requests.Select(request => request.Body));
        Assert.Equal(["mine-0", "mine-2", "mine-4"], handler.Requests.Select(request => request.IdempotencyKey));
        Assert.Equal([2, 4, 5], told);
    }

    [Fact]
    public async Task What_the_batch_has_is_not_sent_again_and_the_rest_has_the_keys_that_it_had()
    {
        using var handler = new ScriptedHandler(Added(4), Added(5));
        using var client = handler.Client(Small);

        var total = await client.Jobs.AddLinesAsync(Id, File("{\"a\": 10}\n\n{\"a\": 11}\n{\"a\": 12}\n{\"a\": 13}\n{\"a\": 14}\n"), new UploadOptions { Id = "mine", Skip = 2 });

        Assert.Equal(5, total);
        Assert.Equal(["mine-2", "mine-4"], handler.Requests.Select(request => request.IdempotencyKey));
        Assert.Equal("{\"a\": 12}\n{\"a\": 13}\n", handler.Requests[0].Body);
    }

    [Fact]
    public async Task Nothing_is_sent_when_nothing_is_missing()
    {
        using var handler = new ScriptedHandler();
        using var client = handler.Client(Small);

        Assert.Equal(1, await client.Jobs.AddLinesAsync(Id, File("{\"a\": 10}\n\n \n"), new UploadOptions { Skip = 1 }));
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task A_line_larger_than_a_part_goes_alone()
    {
        using var handler = new ScriptedHandler(Added(1), Added(2), Added(3));
        using var client = handler.Client(Small);

        await client.Jobs.AddLinesAsync(Id, File($"{{\"a\": 10}}\n{{\"a\": \"{new string('x', 50)}\"}}\n{{\"a\": 12}}\n"));

        Assert.Equal(3, handler.Requests.Count);
    }

    [Fact]
    public async Task Faults_are_told_by_the_line_of_the_whole_upload()
    {
        using var handler = new ScriptedHandler(
            Added(2), Body(422, "application/problem+json", """{"code":"INVALID_JOB","detail":"One.","errors":[{"line":2,"code":"UNKNOWN_ACTION","message":"none"}]}"""));
        using var client = handler.Client(Small);

        var refusal = await Assert.ThrowsAsync<BatchPlatformException>(() => client.Jobs.AddLinesAsync(Id, File("{\"a\": 10}\n{\"a\": 11}\n{\"a\": 12}\n{\"a\": 13}\n")));

        Assert.Equal(4, refusal.Errors.Single().Line);
        Assert.Equal("INVALID_JOB", refusal.Code);
    }

    [Fact]
    public async Task A_body_is_opened_anew_for_each_attempt()
    {
        var clock = new FakeClock();
        using var handler = new ScriptedHandler(Lost, Added(1));
        using var client = handler.Client(new ClientOptions { Time = clock });

        await clock.PassesUntil(client.Jobs.AddBodyAsync(Id, () => File("[1]"), "application/json", "mine"));

        Assert.Equal(["[1]", "[1]"], handler.Requests.Select(request => request.Body));
        Assert.Equal(["mine", "mine"], handler.Requests.Select(request => request.IdempotencyKey));
    }

    private static MemoryStream File(string text) => new(Encoding.UTF8.GetBytes(text));

    private static Func<CancellationToken, Task<HttpResponseMessage>> Added(int total) => Json(201, $$"""{"appended":1,"total":{{total}}}""");

    private sealed class Told(List<int> totals) : IProgress<int>
    {
        public void Report(int value) => totals.Add(value);
    }
}
