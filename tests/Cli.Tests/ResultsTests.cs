using System.Text.Json;
using BatchPlatform.Client;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary><c>bp results</c></summary>
[Collection(SharedPlatform.Name)]
public sealed class ResultsTests(RunningPlatform platform) : IDisposable
{
    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Fact]
    public async Task Each_format_goes_to_standard_output_and_nothing_else_does()
    {
        var batch = await BatchAsync();

        var lines = Bp.Json(await _bp.RunAsync("results", $"{batch.Id}"));
        var csv = await _bp.RunAsync("results", $"{batch.Id}", "--format", "csv");
        var json = await _bp.RunAsync("results", $"{batch.Id}", "-f", "json", "--json");

        Assert.Equal([0, 1, 2, 3, 4, 5], lines.Select(line => line.GetProperty("index").GetInt32()));
        Assert.StartsWith("index,", csv.Output[0], StringComparison.Ordinal);
        Assert.Equal(7, csv.Output.Count(line => line.Length > 0));
        Assert.Equal(6, JsonDocument.Parse(string.Join('\n', json.Output)).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Only_those_of_a_state_or_run()
    {
        var batch = await BatchAsync();

        var failed = Bp.Json(await _bp.RunAsync("results", $"{batch.Id}", "--state", "failed"));
        var noRun = await _bp.RunAsync("results", $"{batch.Id}", "--run", "9");

        Assert.Equal(0, failed.Single().GetProperty("index").GetInt32());
        Assert.Equal(2, noRun.ExitCode);
        Assert.Contains("RUN_NOT_FOUND", noRun.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task A_file_has_its_name_when_it_is_whole(string format)
    {
        var batch = await BatchAsync();
        var straight = await _bp.RunAsync("results", $"{batch.Id}", "--format", format);

        var told = (await _bp.JsonAsync("results", $"{batch.Id}", "--format", format, "--out", "there")).Single();

        Assert.Equal(Path.Combine(_bp.Folder.Path, "there"), told.GetProperty("out").GetString());
        Assert.Equal(straight.Output, (await File.ReadAllTextAsync(Path.Combine(_bp.Folder.Path, "there"))).Split('\n'));
        Assert.Empty(Directory.GetFiles(_bp.Folder.Path, "*.partial"));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(0, "{\"index\":0,\"cus")]
    [InlineData(2, "")]
    [InlineData(2, "{\"index\":2")]
    [InlineData(6, "")]
    public async Task A_file_that_broke_off_is_continued_after_its_last_whole_line(int whole, string rest)
    {
        var batch = await BatchAsync();
        var lines = (await _bp.RunAsync("results", $"{batch.Id}")).Output;
        // Marked, to see that what was there is kept.
        var begun = string.Concat(lines.Take(whole).Select(line => line.Replace("lookup", "kept") + "\n")) + rest;
        _bp.Folder.Write($"there.ndjson.{batch.Id:N}-1-.partial", begun);

        var run = await _bp.RunAsync("results", $"{batch.Id}", "--out", "there.ndjson");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(lines.Select((line, place) => place < whole ? line.Replace("lookup", "kept") : line).Where(line => line.Length > 0), _bp.Folder.Lines("there.ndjson"));
        Assert.Empty(Directory.GetFiles(_bp.Folder.Path, "*.partial"));
    }

    [Fact]
    public async Task What_was_begun_while_the_batch_ran_or_of_another_choice_is_not_continued()
    {
        var batch = await BatchAsync();
        _bp.Folder.Write("there.ndjson.partial", "stale\n");
        _bp.Folder.Write($"there.ndjson.{batch.Id:N}-1-.partial", "stale\n");

        var run = await _bp.RunAsync("results", $"{batch.Id}", "--out", "there.ndjson", "--state", "completed");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(5, _bp.Folder.Lines("there.ndjson").Length);
    }

    [Fact]
    public async Task Of_a_batch_that_runs_those_that_are_there_are_fetched()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Jobs = Bp.Jobs(4), Options = new BatchOptions { CanaryJobs = 2 }, Commit = true });
        await Eventually.True(async () => (await _bp.Client.Batches.GetAsync(batch.Id)).Paused);

        var run = await _bp.RunAsync("results", $"{batch.Id}", "--out", "there.ndjson");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(2, _bp.Folder.Lines("there.ndjson").Length);
    }

    [Theory]
    [InlineData("--out nowhere/there.ndjson", "there is no folder")]
    [InlineData("--format xml", "xml")]
    [InlineData("--state pending", "pending")]
    public async Task What_cannot_be_used_is_named(string arguments, string named)
    {
        var batch = await BatchAsync();

        var run = await _bp.RunAsync(["results", $"{batch.Id}", .. arguments.Split(' ')]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    private Task<Batch> BatchAsync() => _bp.EndedAsync(new NewBatch { Jobs = [Bp.FailingJob, .. Bp.Jobs(5)] });
}
