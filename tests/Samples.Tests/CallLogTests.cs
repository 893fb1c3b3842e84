using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Samples.Tests;

public sealed class CallLogTests
{
    [Fact]
    public async Task Calls_are_counted_by_how_they_ended()
    {
        await using var server = await SampleServer.StartAsync();

        using var found = await server.LookUpAsync();
        using var again = await server.LookUpAsync();
        using var lost = await server.LookUpAsync("Atlantis");
        using var unrouted = await server.Client.GetAsync(new Uri("/places/nowhere", UriKind.Relative));

        var stats = await server.StatsAtRestAsync();
        Assert.Equal("""{"calls":4,"in_flight":0,"max_in_flight":1,"by_status":{"200":2,"404":2}}""", Normalized(stats));
    }

    [Fact]
    public async Task The_most_calls_at_once_are_remembered()
    {
        var clock = new FakeClock();
        await using var server = await SampleServer.StartAsync(new SampleOptions { LatencyMilliseconds = 10 }, clock);

        var calls = Enumerable.Range(0, 8).Select(_ => server.StatusOfALookupAsync()).ToArray();
        await Eventually.Equal(8, () => clock.ActiveTimers);
        Assert.Equal(8, (await server.StatsAsync()).GetProperty("in_flight").GetInt32());
        clock.Advance(TimeSpan.FromMilliseconds(10));
        await Task.WhenAll(calls);

        Assert.Equal(8, (await server.StatsAtRestAsync()).GetProperty("max_in_flight").GetInt32());
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_a_499()
    {
        var clock = new FakeClock();
        await using var server = await SampleServer.StartAsync(new SampleOptions { LatencyMilliseconds = 10 }, clock);
        using var leaving = new CancellationTokenSource();

        var call = server.LookUpAsync(cancel: leaving.Token);
        await Eventually.Equal(1, () => clock.ActiveTimers);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.Equal("""{"499":1}""", (await server.StatsAtRestAsync()).GetProperty("by_status").GetRawText());
    }

    [Fact]
    public async Task Each_call_is_one_line_of_the_log_file()
    {
        var clock = new FakeClock(new DateTimeOffset(2027, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        using var folder = new TemporaryFolder();
        var log = folder.File("calls/log.ndjson");
        await using (var server = await SampleServer.StartAsync(new SampleOptions { LogFile = log, LatencyMilliseconds = 250 }, clock))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/places/lookup?name=Lisbon");
            request.Headers.Add("Idempotency-Key", "7-1-0");
            var call = server.Client.SendAsync(request);
            await Eventually.Equal(1, () => clock.ActiveTimers);
            clock.Advance(TimeSpan.FromMilliseconds(250));
            using var answer = await call;
        }

        Assert.Equal(
            ["""{"start":"2027-01-02T03:04:05.678Z","end":"2027-01-02T03:04:05.928Z","method":"GET","path":"/places/lookup","idempotency_key":"7-1-0","status":200}"""],
            await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task The_log_file_has_every_call_and_is_appended_to()
    {
        using var folder = new TemporaryFolder();
        var options = new SampleOptions { LogFile = folder.File("log.ndjson") };
        for (var start = 0; start < 2; start++)
        {
            await using var server = await SampleServer.StartAsync(options);
            await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => server.StatusOfALookupAsync()));
        }

        var lines = await File.ReadAllLinesAsync(options.LogFile);
        Assert.Equal(400, lines.Length);
        Assert.All(lines, line => Assert.Equal(200, JsonElement.Parse(line).GetProperty("status").GetInt32()));
    }

    private static string Normalized(JsonElement element) => JsonSerializer.Serialize(element);
}
