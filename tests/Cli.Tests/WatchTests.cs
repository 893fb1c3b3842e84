using BatchPlatform.Client;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary><c>bp watch</c>, and how it is left.</summary>
[Collection(SharedPlatform.Name)]
public sealed class WatchTests(RunningPlatform platform) : IDisposable
{
    private const int Sigint = 2;
    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Theory]
    [InlineData("watch")]
    [InlineData("submit")]
    public async Task Control_C_leaves_the_batch_running_and_says_how_to_go_on(string command)
    {
        // Paused, it goes on as long as the test wants.
        await _bp.Client.Upstreams.PauseAsync("event");
        var name = $"left {Guid.NewGuid():N}";
        var batch = command == "submit" ? null : await _bp.Client.Batches.CreateAsync(new NewBatch { Name = name, Jobs = [Invitation], Commit = true });
        _bp.Folder.Write("jobs.ndjson", """{"namespace":"event","action":"inviteContacts","params":{"event":1,"contacts":[1]}}""");
        string[] arguments = command == "submit" ? ["submit", Path.Combine(_bp.Folder.Path, "jobs.ndjson"), "--name", name, "--watch"] : ["watch", $"{batch!.Id}"];

        await using var watch = await ServiceProcess.LaunchAsync(Bp.Project, _bp.Environment.ToDictionary(each => each.Key, each => (string?)each.Value), arguments);
        await Eventually.True(() => watch.Output.Contains("Ctrl-C leaves it running", StringComparison.Ordinal));
        watch.Signal(Sigint);

        Assert.Equal(130, await watch.WaitForExitAsync());
        batch = await _bp.Client.Batches.ListAsync(new BatchFilter { Name = name }).SingleAsync();
        Assert.Contains($"The batch goes on. Follow it again: bp watch {batch.Id}", watch.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", watch.Output, StringComparison.Ordinal);
        await _bp.Client.Upstreams.ResumeAsync("event");
        Assert.Equal(1, (await _bp.Client.Batches.WaitAsync(batch.Id)).Counts.Completed);
    }

    [Fact]
    public async Task A_script_gets_progress_as_lines_of_JSON_and_the_batch_last()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Jobs = Bp.Jobs(20), Commit = true });

        var lines = await _bp.JsonAsync("watch", $"{batch.Id}");

        Assert.True(lines.Count >= 2);
        Assert.All(lines, line => Assert.Equal(20, line.GetProperty("counts").GetProperty("total").GetInt32()));
        Assert.Equal($"{batch.Id}", lines[^1].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_batch_that_was_stopped_before_all_jobs_ended_ends_with_1()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Jobs = Bp.Jobs(3) });
        await _bp.Client.Batches.PauseAsync(batch.Id);
        await _bp.Client.Batches.CommitAsync(batch.Id);
        await _bp.Client.Batches.StopAsync(batch.Id);

        var run = await _bp.RunAsync("watch", $"{batch.Id}");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("Stopped: 0 completed, 0 failed, 3 not run", run.LastLine);
    }

    [Fact]
    public async Task Failures_end_with_1_and_the_way_to_see_them()
    {
        var batch = await _bp.EndedAsync(new NewBatch { Jobs = [Bp.FailingJob, .. Bp.Jobs(1)] });

        var run = await _bp.RunAsync("watch", $"{batch.Id}");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"Why: bp errors {batch.Id}", run.LastLine);
    }

    private static NewJob Invitation { get; } = new("event", "inviteContacts", new { @event = 1, contacts = new[] { 1 } });
}
