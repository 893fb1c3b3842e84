using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary><c>bp errors</c> and <c>bp actions</c>: what they ask for, and how they show the answer.</summary>
public sealed class ActionTests
{
    private const string Id = "0198f000-0000-7000-8000-000000000001";

    private const string Action = $$"""
        {"id":"{{Id}}","target":"batches","action":"retry_failed","filter":{"state":"Finished"},"max_per_second":5,"state":"Running",
         "matched":12,"done":3,"refused":2,"refusals":[{"code":"NOTHING_TO_RETRY","count":2}],"created_at":"2026-01-01T00:00:00Z","ended_at":null}
        """;

    [Fact]
    public async Task Errors_are_grouped()
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string>
        {
            [$"GET /v1/batches/{Id}/errors?run=2"] =
                """{"items":[{"code":"UPSTREAM_REJECTED","message":"HTTP 404","count":20,"first_index":3},{"code":"TIMEOUT","message":null,"count":1,"first_index":17}]}""",
            [$"GET /v1/batches/{Id}/errors"] = """{"items":[]}""",
        });
        using var bp = new Bp(fake.Address);

        var table = await bp.RunAsync("errors", Id, "--run", "2");
        var lines = await bp.JsonAsync("errors", Id, "--run", "2");

        Assert.Equal(["JOBS CODE FIRST MESSAGE", "20 UPSTREAM_REJECTED 3 HTTP 404", "1 TIMEOUT 17", ""], table.Output.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal([20, 1], lines.Select(line => line.GetProperty("count").GetInt32()));
        Assert.Equal("No job failed.", (await bp.RunAsync("errors", Id)).LastLine);
    }

    [Fact]
    public async Task A_dry_run_only_counts()
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string> { ["POST /v1/batches/actions"] = """{"matched":12}""" });
        using var bp = new Bp(fake.Address);

        var run = await bp.RunAsync("actions", "batches", "retry-failed", "--state", "finished", "--name", "nightly", "--error-code", "TIMEOUT", "--dry-run");

        Assert.Equal("12 match.", run.LastLine);
        Assert.Equal("""{"action":"retry_failed","filter":{"state":"Finished","name":"nightly","error_code":"TIMEOUT"},"dry_run":true}""", fake.Requests.Single().Body);
    }

    [Fact]
    public async Task More_than_are_counted_are_told_so()
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string> { ["POST /v1/batches/actions"] = """{"matched":1000000,"lower_bound":true}""" });
        using var bp = new Bp(fake.Address);

        Assert.Equal("More than 1000000 match.", (await bp.RunAsync("actions", "batches", "stop", "--dry-run")).LastLine);
        Assert.True((await bp.JsonAsync("actions", "batches", "stop", "--dry-run")).Single().GetProperty("lower_bound").GetBoolean());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("--force", ",\"force\":true")]
    public async Task Running_batches_are_deleted_only_by_force(string option, string sent)
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string> { ["POST /v1/batches/actions"] = Action });
        using var bp = new Bp(fake.Address);

        await bp.RunAsync([.. new[] { "actions", "batches", "delete", "--yes", option }.Where(word => word.Length > 0)]);

        Assert.Equal($$"""{"action":"delete","filter":{}{{sent}}}""", fake.Requests.Single().Body);
    }

    [Theory]
    [InlineData("12\n", 0, 2)]
    [InlineData("y\n", 2, 1)]
    public async Task The_number_that_is_matched_is_asked_for_first(string answer, int exitCode, int requests)
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string>
        {
            ["POST /v1/batches/actions"] = Action,
        });
        using var bp = new Bp(fake.Address);

        var run = await bp.RunAsync(["actions", "batches", "stop"], answer);

        Assert.Equal((exitCode, requests), (run.ExitCode, fake.Requests.Count));
        Assert.Contains("12 match: stop batches. To go on, type 12:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_of_a_batch_are_acted_on()
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string> { ["POST /v1/jobs/actions"] = Action });
        using var bp = new Bp(fake.Address);

        var begun = await bp.JsonAsync("actions", "jobs", "cancel", Id, "--state", "pending", "--namespace", "places", "--action", "lookup", "--max-per-second", "50", "--yes");

        Assert.Equal(Id, begun.Single().GetProperty("id").GetString());
        Assert.Equal(
            $$"""{"action":"cancel","filter":{"batch":"{{Id}}","state":"Pending","namespace":"places","action":"lookup"},"max_per_second":50}""",
            fake.Requests.Single().Body);
    }

    [Fact]
    public async Task Bulk_actions_are_listed_shown_and_cancelled()
    {
        await using var fake = await FakePlatform.StartAsync(new Dictionary<string, string>
        {
            ["GET /v1/actions"] = $$"""{"items":[{{Action}}],"next_cursor":null}""",
            [$"GET /v1/actions/{Id}"] = Action,
            [$"POST /v1/actions/{Id}/cancel"] = Action.Replace("Running", "Cancelled"),
        });
        using var bp = new Bp(fake.Address);

        Assert.Contains("2 NOTHING_TO_RETRY", (await bp.RunAsync("actions", "list")).Output[1], StringComparison.Ordinal);
        Assert.Contains((await bp.RunAsync("actions", "show", Id)).Output, line => line.StartsWith("MATCHED", StringComparison.Ordinal) && line.TrimEnd().EndsWith("12", StringComparison.Ordinal));
        Assert.Equal("Cancelled: it was done to 3 of 12.", (await bp.RunAsync("actions", "cancel", Id)).LastLine);
    }
}
