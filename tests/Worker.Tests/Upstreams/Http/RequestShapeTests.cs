using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Samples;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>A param is one value in one place, whatever it holds: it changes neither host nor method nor the path's shape.</summary>
public sealed class RequestShapeTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task In_the_path_every_value_is_one_segment_and_arrives_as_it_was()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = Executor(upstream.BaseUrl, new UpstreamAction { Method = "GET", Path = "/things/{id}/notes" });

        foreach (var value in HostileValues.All)
        {
            var end = await executor.CallAsync(Job("id", value));
            if (!HostileValues.IsSegment(value))
            {
                Assert.Equal((ErrorCodes.ParamsDoNotFit, false), (end.ErrorCode, end.WasMade));
                continue;
            }

            if (value.Contains('\0'))
            {
                // It arrives, and this server takes no such path.
                Assert.Equal((ErrorCodes.UpstreamStatus, 400), (end.ErrorCode, end.StatusCode));
                continue;
            }

            Assert.Equal(CallFate.Completed, end.Fate);
            var call = Taken(upstream);
            var segments = call.Target.Split('/');
            Assert.Equal(("GET", 4, "things", "notes"), (call.Method, segments.Length, segments[1], segments[3]));
            Assert.Equal(value, Uri.UnescapeDataString(segments[2]));
            Assert.Equal(upstream.BaseUrl, $"http://{call.Headers["Host"]}");
        }
    }

    [Fact]
    public async Task In_the_query_every_value_is_one_value_and_arrives_as_it_was()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = Executor(upstream.BaseUrl, new UpstreamAction { Method = "GET", Path = "/find?kind=all" });

        foreach (var value in HostileValues.All)
        {
            Assert.Equal(CallFate.Completed, (await executor.CallAsync(Job("q", value))).Fate);

            var call = Taken(upstream);
            Assert.StartsWith("/find?kind=all&q=", call.Target);
            var query = QueryHelpers.ParseQuery(call.Target[call.Target.IndexOf('?')..]);
            Assert.Equal((2, "all", value), (query.Count, query["kind"].ToString(), query["q"].ToString()));
        }
    }

    [Fact]
    public async Task In_a_form_every_value_is_one_value_and_arrives_as_it_was()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = Executor(upstream.BaseUrl, new UpstreamAction { Path = "/form", Body = "form" });

        foreach (var value in HostileValues.All)
        {
            Assert.Equal(CallFate.Completed, (await executor.CallAsync(Job("q", value))).Fate);

            var form = QueryHelpers.ParseQuery(Taken(upstream).Body);
            Assert.Equal((1, value), (form.Count, form["q"].ToString()));
        }
    }

    [Fact]
    public async Task In_a_header_a_value_arrives_as_it_was_or_no_call_is_made()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = Executor(
            upstream.BaseUrl,
            new UpstreamAction { Method = "GET", Path = "/call", Params = new Dictionary<string, string> { ["X-Who"] = "header" } });

        foreach (var value in HostileValues.All)
        {
            var end = await executor.CallAsync(Job("X-Who", value));
            if (value.Any(letter => letter is (< ' ' and not '\t') or > '~'))
            {
                Assert.Equal((ErrorCodes.ParamsDoNotFit, false), (end.ErrorCode, end.WasMade));
                continue;
            }

            var call = Taken(upstream);
            Assert.Equal(value.Trim(' ', '\t'), call.Headers["X-Who"]);
            Assert.Equal(["Accept-Encoding", "Host", "Idempotency-Key", "X-Who"], call.Headers.Keys.Where(name => name != "traceparent").Order());
        }
    }

    [Fact]
    public async Task In_a_JSON_body_beside_others_a_value_keeps_its_very_bytes()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var executor = Executor(upstream.BaseUrl, new UpstreamAction { Path = "/things/{id}" });

        await executor.CallAsync(Given.Job("""{"id":1,"a":1.50e3,"b":"\u00e9\/\ud800","\u0041":{ "x" : 1e400 }}"""));
        await executor.CallAsync(Given.Job("""{"id":1}"""));

        Assert.Equal(
            ["""{"a":1.50e3,"b":"\u00e9\/\ud800","\u0041":{ "x" : 1e400 }}""", "{}"],
            upstream.Calls.Select(call => call.Body));
    }

    [Theory]
    [InlineData("""{"\ud800":"a"}""")]
    [InlineData("""{"q":"\udc00"}""")]
    public async Task A_text_that_no_encoding_can_write_does_not_fit(string json)
    {
        var executor = Executor("http://127.0.0.1:1", new UpstreamAction { Method = "GET", Path = "/find" });

        Assert.Equal(ErrorCodes.ParamsDoNotFit, (await executor.CallAsync(Given.Job(json))).ErrorCode);
    }

    [Theory]
    [InlineData("path")]
    [InlineData("query")]
    [InlineData("header")]
    public async Task A_value_that_no_server_would_take_does_not_fit(string place)
    {
        var action = new UpstreamAction
        {
            Method = "GET",
            Path = place == "path" ? "/things/{q}" : "/things",
            Params = new Dictionary<string, string> { ["q"] = place },
        };

        var end = await Executor("http://127.0.0.1:1", action).CallAsync(Job("q", new string('x', 250_000)));

        Assert.Equal((ErrorCodes.ParamsDoNotFit, false), (end.ErrorCode, end.WasMade));
        Assert.DoesNotContain("xxx", end.ErrorMessage);
    }

    [Fact]
    public async Task In_a_body_a_value_may_be_as_long_as_params_may_be()
    {
        await using var upstream = await TestUpstream.StartAsync();

        await Executor(upstream.BaseUrl, new UpstreamAction { Path = "/form", Body = "form" }).CallAsync(Job("q", new string('é', 120_000)));

        Assert.Equal(2 + (6 * 120_000), upstream.Calls.Single().Body.Length);
    }

    [Fact]
    public async Task The_sample_server_sees_the_one_call_that_its_definition_offers_whatever_is_looked_up()
    {
        var log = Path.GetTempFileName();
        await using (var sample = SampleUpstream.Create(new SampleOptions { LogFile = log }, "http://127.0.0.1:0"))
        {
            await sample.StartAsync();
            var definition = SampleUpstream.Definitions(sample.Urls.Single())["places"]!.Deserialize<Upstream>(UpstreamJson.Options)!;
            var executor = new HttpExecutor(definition, credential: null, _clock);
            foreach (var value in HostileValues.All.Take(300))
            {
                var end = await executor.CallAsync(Given.Job(JsonSerializer.Serialize(new { name = value, other = value }), action: "lookup"));
                Assert.Contains(end.StatusCode, (int[])[200, 400, 404]);
            }

            await sample.StopAsync();
        }

        var calls = await File.ReadAllLinesAsync(log);
        Assert.Equal(300, calls.Length);
        Assert.All(calls, call => Assert.Contains("\"method\":\"GET\",\"path\":\"/places/lookup\"", call, StringComparison.OrdinalIgnoreCase));
        File.Delete(log);
    }

    private static ReceivedCall Taken(TestUpstream upstream)
    {
        var call = Assert.Single(upstream.Calls);
        upstream.Calls.Clear();
        return call;
    }

    private static PackedJob Job(string name, string value) => Given.Job(JsonSerializer.Serialize(new Dictionary<string, string> { [name] = value }));

    private HttpExecutor Executor(string baseUrl, UpstreamAction action) => new(Given.Upstream(baseUrl, action), credential: null, _clock);
}
