using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>The command <c>run</c>, as a user and a script see it.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_whose_jobs_all_complete_ends_with_0_and_one_result_for_each_job()
    {
        var run = await RunAsync([Sample("invitations.ndjson")]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"^Finished: 1000 completed, 0 failed in \d+\.\d s$", run.LastLine);
        var results = _folder.Lines("invitations.results.ndjson").Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(0, 1000), results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.All(results, result => Assert.Equal("Completed", result.GetProperty("state").GetString()));
        Assert.DoesNotContain("\u001b", string.Join('\n', run.Output), StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task A_file_with_a_job_that_fails_ends_with_1()
    {
        var run = await RunAsync([Sample("mixed.ndjson"), "--out", "there.ndjson"]);

        Assert.True(run.ExitCode == 1, run.Error);
        Assert.Matches(@"^Finished: 180 completed, 20 failed in \d+\.\d s$", run.LastLine);
        Assert.Equal(20, _folder.Lines("there.ndjson").Count(line => line.Contains("\"state\":\"Failed\"", StringComparison.Ordinal)));
        Assert.False(_folder.Has("mixed.results.ndjson"));
    }

    [Theory]
    [InlineData("jobs.csv", "namespace,action,name\nplaces,lookup,Lisbon\nplaces,lookup,Nairobi\n")]
    [InlineData("jobs.json", """[{"namespace":"places","action":"lookup","params":{"name":"Lisbon"}},{"namespace":"places","action":"lookup","params":{"name":"Nairobi"}}]""")]
    [InlineData("jobs", """{"namespace":"places","action":"lookup","params":{"name":"Lisbon"}}""" + "\n" + """{"namespace":"places","action":"lookup","params":{"name":"Nairobi"}}""")]
    public async Task The_format_follows_from_the_files_extension(string name, string text)
    {
        var run = await RunAsync([_folder.Write(name, text)]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("Finished: 2 completed, 0 failed", run.LastLine, StringComparison.Ordinal);
        Assert.Equal(2, _folder.Lines("jobs.results.ndjson").Length);
    }

    [Fact]
    public async Task Bad_lines_of_standard_input_are_named_by_number_and_nothing_is_run()
    {
        var run = await RunAsync(["-"], """
            {"namespace":"event","action":"inviteContacts","params":{"event":1,"contacts":[1]}}
            {"namespace":"event","action":"inviteContacts","params":{"event":1,"contacts":[2]}}
            {"namespace":"event","action":"nothing","params":{}}
            no JSON
            """);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("line 3: UNKNOWN_ACTION ", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: INVALID_JSON ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("line 1:", run.Error, StringComparison.Ordinal);
        Assert.False(_folder.Has("stdin.results.ndjson"));
    }

    [Theory]
    [InlineData("missing.ndjson", "missing.ndjson cannot be read")]
    [InlineData("empty.ndjson", "INVALID_JOBS_COUNT")]
    [InlineData("empty.ndjson --out nowhere/there.ndjson", "there is no folder")]
    [InlineData("empty.ndjson --upstreams missing.json", "missing.json cannot be read")]
    [InlineData("empty.ndjson --upstreams list.json", "list.json: it must be a JSON object")]
    [InlineData("empty.ndjson --upstreams broken.json", "broken.json: ")]
    [InlineData("empty.ndjson --upstreams unusable.json", "'mine' in the configuration cannot be used. base_url: must be")]
    [InlineData("empty.ndjson --nonsense", "--nonsense")]
    [InlineData("", "FILE")]
    public async Task What_cannot_be_used_is_named_and_ends_with_2(string arguments, string named)
    {
        _folder.Write("empty.ndjson", "");
        _folder.Write("list.json", "[]");
        _folder.Write("broken.json", "{");
        _folder.Write("unusable.json", """{"mine":{"base_url":"somewhere","actions":{"call":{"path":"/"}}}}""");

        var run = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error + string.Join('\n', run.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_users_own_upstreams_take_the_place_of_the_sample()
    {
        _folder.Write("upstreams.json", $$"""{"mine":{"base_url":"http://127.0.0.1:{{LoopbackPort.Next()}}","retry":{"attempts":1},"actions":{"call":{"path":"/"} } } }""");
        var unknown = await RunAsync(["-", "--upstreams", "upstreams.json"], """{"namespace":"event","action":"inviteContacts","params":{}}""");
        var unreachable = await RunAsync(["-", "--upstreams", "upstreams.json"], """{"namespace":"mine","action":"call","params":{}}""");

        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("line 1: UNKNOWN_NAMESPACE", unknown.Error, StringComparison.Ordinal);
        Assert.True(unreachable.ExitCode == 1, unreachable.Error);
        Assert.Contains("UPSTREAM_UNREACHABLE", _folder.Lines("stdin.results.ndjson").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_stops_it_and_leaves_no_half_written_results()
    {
        var slow = new Dictionary<string, string?> { ["Sample__LatencyMilliseconds"] = "60000" };
        await using var run = await ServiceProcess.LaunchAsync(
            "services/standalone", slow, ["run", Sample("invitations.ndjson"), "--out", System.IO.Path.Combine(_folder.Path, "there.ndjson")]);
        await Eventually.True(() => run.Output.Contains("Running: ", StringComparison.Ordinal), timeout: TimeSpan.FromMinutes(2));

        run.Signal(Sigint);

        Assert.Equal(130, await run.WaitForExitAsync());
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private const int Sigint = 2;

    private static string Sample(string name) => System.IO.Path.Combine(RepositoryPaths.Root, "samples", name);

    private Task<Execution> RunAsync(string[] arguments, string? input = null) => Execution.OfAsync(_folder.Path, ["run", .. arguments], input);
}
