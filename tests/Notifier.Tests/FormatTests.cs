using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchPlatform.Notifier.Tests;

/// <summary>What the body of each format holds.</summary>
public sealed class FormatTests : IAsyncDisposable
{
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("results", "0,1,2")]
    [InlineData("failed", "1")]
    public async Task Json_holds_the_results_that_are_asked_for(string include, string indexes)
    {
        var received = await ReceivedAsync("json", include);

        var results = Data(received.Body).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(indexes, string.Join(',', results.Select(result => result.GetProperty("index").GetInt32())));
        var failed = results.Single(result => result.GetProperty("index").GetInt32() == 1);
        Assert.Equal((500, "UPSTREAM_STATUS"), (failed.GetProperty("status_code").GetInt32(), failed.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("""{"n":1}""", failed.GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task A_summary_holds_no_results() => Assert.False(Data((await ReceivedAsync("json", "summary")).Body).TryGetProperty("results", out _));

    [Fact]
    public async Task Results_beyond_the_bound_are_only_linked_to()
    {
        var received = await ReceivedAsync("json", "results", response: $"\"{new string('x', 600)}\"", bound: 1024);

        var data = Data(received.Body);
        Assert.False(data.TryGetProperty("results", out _));
        Assert.StartsWith("/v1/batches/", data.GetProperty("links").GetProperty("download").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ndjson_begins_with_the_summary_and_goes_on_with_a_result_on_each_line()
    {
        var received = await ReceivedAsync("ndjson", "results");

        var lines = received.Body.TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal("batch.finished", JsonDocument.Parse(lines[0]).RootElement.GetProperty("type").GetString());
        Assert.Equal(2, JsonDocument.Parse(lines[3]).RootElement.GetProperty("index").GetInt32());
        Assert.Equal("application/x-ndjson; charset=utf-8", received.Headers["Content-Type"]);
        Assert.Contains("format=ndjson", Data(lines[0]).GetProperty("links").GetProperty("download").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_is_what_a_download_is()
    {
        var received = await ReceivedAsync("csv", "results");

        var lines = received.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("index,custom_id,namespace,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2,,places,lookup,", lines[3], StringComparison.Ordinal);
        Assert.Equal("text/csv; charset=utf-8", received.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Csv_without_results_is_one_row_about_the_batch_that_no_spreadsheet_runs()
    {
        var received = await ReceivedAsync("csv", "summary", name: "=HYPERLINK(\"x\")");

        var lines = received.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("type,timestamp,id,number,name,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("batch.finished,2026-01-01T00:00:00Z,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",7,\"'=HYPERLINK(\"\"x\"\")\",Finished,1,3,2,1,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_has_no_body_and_its_headers_say_which_batch_it_is()
    {
        var received = await ReceivedAsync("none", "summary");

        Assert.Equal("", received.Body);
        Assert.False(received.Headers.ContainsKey("Content-Type"));
        Assert.Equal("batch.finished", received.Headers["batch-event"]);
    }

    [Fact]
    public async Task BrightLocals_form_groups_jobs_by_their_type_and_shows_no_results_of_a_failed_one()
    {
        var form = QueryHelpers.ParseQuery((await ReceivedAsync("brightlocal-form", "results")).Body);

        Assert.Equal(("7", "Finished"), (form["batch-id"].ToString(), form["status"].ToString()));
        var jobs = JsonDocument.Parse(form["results"].ToString()).RootElement.GetProperty("").EnumerateArray().ToList();
        Assert.Equal(["""[{"ok":true}]""", "[]", """[{"ok":true}]"""], jobs.Select(job => job.GetProperty("results").GetRawText()));
        Assert.Equal([7L << 20, (7L << 20) + 1, (7L << 20) + 2], jobs.Select(job => job.GetProperty("job-id").GetInt64()));
        Assert.Equal("Failed", jobs[1].GetProperty("status").GetString());
        Assert.Equal("""{"n":1}""", jobs[1].GetProperty("payload").GetRawText());
    }

    [Fact]
    public async Task BrightLocals_json_has_an_id_that_is_text_and_a_list_that_is_the_upstreams_own()
    {
        var body = JsonDocument.Parse((await ReceivedAsync("brightlocal-json", "results", response: " [1,2]")).Body).RootElement;

        Assert.Equal("7", body.GetProperty("batch-id").GetString());
        Assert.Equal("[1,2]", body.GetProperty("results").GetProperty("")[0].GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task Ivvys_results_are_in_the_order_of_the_jobs()
    {
        var received = await ReceivedAsync("ivvy", "results");

        var results = JsonDocument.Parse(received.Body).RootElement.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["""{"n":0}""", """{"n":1}""", """{"n":2}"""], results.Select(result => result.GetProperty("request").GetRawText()));
        Assert.Equal(("places", "lookup"), (results[0].GetProperty("namespace").GetString(), results[0].GetProperty("action").GetString()));
        Assert.Equal("application/json; charset=utf-8", received.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("brightlocal-json")]
    [InlineData("ivvy")]
    public async Task Results_beyond_the_bound_are_null_in_a_dialects_callback(string format)
    {
        var received = await ReceivedAsync(format, "results", response: $"\"{new string('x', 600)}\"", bound: 1024);

        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(received.Body).RootElement.GetProperty("results").ValueKind);
    }

    private async Task<Received> ReceivedAsync(string format, string include, string response = """{"ok":true}""", int bound = 5 * 1024 * 1024, string name = "batch 7")
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store, new() { ["Notifier:ResultsBytes"] = $"{bound}" });
        var batch = await host.EndedBatchAsync(7, receiver.Url, row => (row.Callback, row.Name) = (new Callback(receiver.Url, format, include), name));
        await host.OutcomesAsync(batch, response);
        await host.SayEndedAsync(batch);
        await Eventually.Equal(1, () => receiver.Received.Count);
        return receiver.Received[0];
    }

    private static JsonElement Data(string body) => JsonDocument.Parse(body).RootElement.GetProperty("data");
}
