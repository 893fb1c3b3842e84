using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BatchPlatform.Samples.Tests;

public sealed partial class JobFilesTests
{
    [Theory]
    [InlineData("invitations.ndjson")]
    [InlineData("places.ndjson")]
    public async Task A_file_of_a_thousand_jobs_succeeds_whole(string file)
    {
        var jobs = Read(file);
        Assert.Equal(1000, jobs.Select(job => job.CustomId).Distinct().Count());
        Assert.Equal(1000, jobs.Count);

        await using var server = await SampleServer.StartAsync();
        var ended = await new JobRunner(server).RunAllAsync(jobs);

        Assert.All(ended, job => Assert.Equal(HttpStatusCode.OK, job.Status));
        Assert.Equal(1000, (await server.StatsAtRestAsync()).GetProperty("by_status").GetProperty("200").GetInt32());
    }

    [Fact]
    public async Task Every_place_asked_for_is_the_best_match()
    {
        await using var server = await SampleServer.StartAsync();
        var runner = new JobRunner(server);
        foreach (var job in Read("places.ndjson").Concat(ReadCsv("places.csv")))
        {
            using var answer = await runner.RunAsync(job);
            var best = (await answer.Content.ReadFromJsonAsync<PlaceMatches>())!.Matches[0];
            Assert.Equal(((string?)job.Params["name"], (string?)job.Params["country"]), (best.Name, best.Country));
        }
    }

    [Fact]
    public void The_csv_file_has_a_hundred_jobs_and_needs_its_quotes()
    {
        var jobs = ReadCsv("places.csv");

        Assert.Equal(100, jobs.Select(job => job.CustomId).Distinct().Count());
        Assert.Contains(jobs, job => ((string)job.Params["name"]!).Contains(',', StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_mixed_file_has_two_hundred_jobs_of_which_twenty_fail()
    {
        var jobs = Read("mixed.ndjson");
        Assert.Equal(200, jobs.Select(job => job.CustomId).Distinct().Count());

        await using var server = await SampleServer.StartAsync();
        var ended = await new JobRunner(server).RunAllAsync(jobs);

        var counts = ended.GroupBy(job => (job.Job.Namespace, (int)job.Status)).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(10, counts[("event", 400)]);
        Assert.Equal(10, counts[("places", 404)]);
        Assert.Equal(180, counts[("event", 200)] + counts[("places", 200)]);
    }

    [Fact]
    public void The_definitions_point_to_where_the_server_listens()
    {
        var definitions = SampleUpstream.Definitions("http://127.0.0.1:1234/");

        Assert.Equal(["event", "places", "brightlocal", "prolific", "search"], definitions.Select(upstream => upstream.Key));
        Assert.All(definitions, upstream => Assert.Equal("http://127.0.0.1:1234", (string?)upstream.Value!["base_url"]));
    }

    private static List<Job> Read(string file) => [.. File.ReadLines(PathOf(file)).Select(Job.Parse)];

    private static List<Job> ReadCsv(string file)
    {
        var lines = File.ReadAllLines(PathOf(file));
        Assert.Equal("namespace,action,custom_id,name,country", lines[0]);
        return [.. lines.Skip(1).Select(line => Fields(line)).Select(fields =>
            new Job(fields[0], fields[1], new JsonObject { ["name"] = fields[3], ["country"] = fields[4] }, fields[2]))];
    }

    private static string[] Fields(string line) =>
        [.. Field().Matches(line).Select(field => field.Groups["quoted"].Success ? field.Groups["quoted"].Value : field.Groups["plain"].Value)];

    [GeneratedRegex("(?:^|,)(?:\"(?<quoted>[^\"]*)\"|(?<plain>[^,]*))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "jobs", file);
}
