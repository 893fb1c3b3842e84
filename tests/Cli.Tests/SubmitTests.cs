using System.Text.Json;
using BatchPlatform.Client;
using BatchPlatform.CommandLine;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary><c>bp submit</c></summary>
[Collection(SharedPlatform.Name)]
public sealed class SubmitTests(RunningPlatform platform) : IDisposable
{
    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Theory]
    [InlineData("invitations.ndjson", 0, "Finished: 1000 completed, 0 failed")]
    [InlineData("mixed.ndjson", 1, "Finished: 180 completed, 20 failed")]
    [InlineData("places.csv", 0, "Finished: 100 completed, 0 failed")]
    public async Task A_file_is_submitted_and_followed_to_its_end(string file, int exitCode, string told)
    {
        var run = await _bp.RunAsync("submit", Bp.Sample(file), "--watch");

        Assert.True(run.ExitCode == exitCode, run.Error);
        Assert.Contains(run.Output, line => line == told);
        Assert.DoesNotContain("\u001b", string.Join('\n', run.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_watch_it_says_how_to_follow()
    {
        _bp.Folder.Write("jobs.json", $"[{Bp.Line(0)},{Bp.Line(1)}]");

        var run = await _bp.RunAsync("submit", "jobs.json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches("^Batch [-0-9a-f]{36} .number [0-9]+.: 2 jobs, ", run.Output[0]);
        Assert.StartsWith("Follow it: bp watch ", run.LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_submitted()
    {
        var run = await _bp.RunAsync(["submit", "-", "--watch", "--json"], Bp.Line(0) + Bp.Line(1));

        Assert.True(run.ExitCode == 0, run.Error);
        var lines = Bp.Json(run);
        Assert.Equal("stdin", lines[0].GetProperty("name").GetString());
        Assert.Equal("Finished", lines[^1].GetProperty("state").GetString());
        Assert.Equal(2, lines[^1].GetProperty("counts").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task The_batch_is_made_as_asked_for()
    {
        _bp.Folder.Write("jobs", Bp.Line(0));

        var batch = (await _bp.JsonAsync(
            "submit", "jobs", "--name", "mine", "--priority", "highest", "--stop-on-job-error", "--deadline", "2h", "--canary", "5", "--max-failure-rate", "0.5",
            "--requests-per-second", "100", "--concurrency", "3", "--callback", "http://127.0.0.1:1/ended"))
            .Single().Deserialize<Batch>(ClientJson.Options)!;

        Assert.Equal("mine", batch.Name);
        Assert.Equal((BatchPriority.Highest, true, 7200, 5), (batch.Options.Priority, batch.Options.StopOnJobError, batch.Options.DeadlineSeconds, batch.Options.CanaryJobs));
        Assert.Equal((0.5, BudgetSpent.Stop), (batch.Options.FailureBudget!.Rate, batch.Options.FailureBudget.Then));
        Assert.Equal(new BatchLimits(100, 3), batch.Options.Limits);
        Assert.Equal("http://127.0.0.1:1/ended", batch.Callback!.Url);
        Assert.StartsWith("whsec_", batch.Callback.Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_lines_are_named_and_the_mended_file_goes_on_with_the_same_batch()
    {
        var text = string.Concat(Enumerable.Range(0, 5).Select(Bp.Line));
        _bp.Folder.Write("jobs.ndjson", text + "no JSON\n");
        var refused = await _bp.RunAsync("submit", "jobs.ndjson", "--name", "mended");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("line 6: INVALID_JSON ", refused.Error, StringComparison.Ordinal);
        var batch = (await _bp.Client.Batches.ListAsync(new BatchFilter { Name = "mended" }).SingleAsync()).Id;
        Assert.Contains($"bp submit --resume {batch} jobs.ndjson", refused.Error, StringComparison.Ordinal);

        _bp.Folder.Write("jobs.ndjson", text);
        var resumed = await _bp.RunAsync("submit", "--resume", $"{batch}", "jobs.ndjson", "--watch");

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("Finished: 5 completed, 0 failed", resumed.Output);
    }

    [Fact]
    public async Task Validated_first_a_file_with_a_bad_line_leaves_no_batch()
    {
        _bp.Folder.Write("jobs.ndjson", Bp.Line(0) + "no JSON\n");

        var refused = await _bp.RunAsync("submit", "jobs.ndjson", "--name", "validated", "--validate", "--json");

        Assert.Equal(2, refused.ExitCode);
        var error = JsonDocument.Parse(refused.Error).RootElement;
        Assert.Equal(("INVALID_JOB", 422), (error.GetProperty("code").GetString(), error.GetProperty("status").GetInt32()));
        Assert.Equal(2, error.GetProperty("errors")[0].GetProperty("line").GetInt32());
        Assert.Empty(refused.LastLine);
        Assert.Empty(await _bp.Client.Batches.ListAsync(new BatchFilter { Name = "validated" }).ToListAsync());
    }

    [Fact]
    public async Task An_upload_that_broke_off_goes_on_and_adds_each_job_once()
    {
        _bp.Folder.Write("jobs.ndjson", string.Concat(Enumerable.Range(0, 40).Select(Bp.Line)));
        var file = JobFile.Of(Path.Combine(_bp.Folder.Path, "jobs.ndjson"));
        using var inParts = new BatchPlatformClient(platform.Address, RunningPlatform.Key, new ClientOptions { UploadBytes = 500 });
        var submission = new Submission(inParts, file);
        var batch = await submission.CreateAsync(new NewBatch(), validate: false, CancellationToken.None);
        await using (var broken = new BreakingStream(file.Open(), after: 1600))
        {
            await Assert.ThrowsAsync<IOException>(() => submission.UploadAsync(batch, broken, _ => { }, CancellationToken.None));
        }

        Assert.InRange((await inParts.Batches.GetAsync(batch.Id)).Counts.Total, 1, 39);
        var resumed = await _bp.RunAsync("submit", "--resume", $"{batch.Id}", "jobs.ndjson", "--watch");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        var again = await _bp.RunAsync("submit", "--resume", $"{batch.Id}", "jobs.ndjson", "--watch");

        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(Enumerable.Range(0, 40).Select(index => $"job-{index}"), (await inParts.Jobs.ListAsync(batch.Id).ToListAsync()).Select(job => job.CustomId));
    }

    [Theory]
    [InlineData("missing.ndjson", "missing.ndjson cannot be read")]
    [InlineData("empty.ndjson", "INVALID_JOBS_COUNT")]
    [InlineData("empty.ndjson --priority urgent", "urgent")]
    [InlineData("empty.ndjson --deadline soon", "'soon' is no duration")]
    [InlineData("empty.ndjson --resume 7", "'7' is no id")]
    [InlineData("empty.ndjson --resume 0198f000-0000-7000-8000-000000000001", "BATCH_NOT_FOUND")]
    [InlineData("empty.ndjson --resume 0198f000-0000-7000-8000-000000000001 --name mine", "--name cannot be given with --resume")]
    [InlineData("- --validate", "--validate needs a file")]
    [InlineData("empty.ndjson --callback nowhere", "callback.url")]
    [InlineData("", "FILE")]
    public async Task What_cannot_be_used_is_named_and_ends_with_2(string arguments, string named)
    {
        _bp.Folder.Write("empty.ndjson", "");

        var run = await _bp.RunAsync(["submit", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error + string.Join('\n', run.Output), StringComparison.Ordinal);
    }

    /// <summary>A file whose disk fails.</summary>
    private sealed class BreakingStream(Stream inner, int after) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.Position < after
            ? await inner.ReadAsync(buffer[..Math.Min(buffer.Length, after)], cancellationToken)
            : throw new IOException("The disk failed.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
