using BatchPlatform.Client;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>What is told of a step where there is no terminal.</summary>
public sealed class ProgressTests
{
    [Fact]
    public async Task An_upload_is_counted_in_bytes_of_which_none_fails()
    {
        var steps = new List<StepProgress>();
        var upload = new TaskCompletionSource<int>();
        using var input = new MemoryStream(new byte[202]);
        input.Position = 101;

        await input.ReadWithProgressAsync(upload.Task, step => Told(steps, step, upload), CancellationToken.None);

        Assert.Equal("Submitting: 101 of 202 bytes (50 %)", await LineAsync(Assert.Single(steps)));
    }

    [Fact]
    public async Task A_run_is_counted_in_jobs_with_those_that_failed()
    {
        var counts = new BatchCounts { Total = 200, Completed = 50, Failed = 0 };

        Assert.Equal("Running: 50 of 200 jobs (25 %), 0 failed", await LineAsync(new BatchProgress(BatchState.Running, counts, null, null).Step()));
        Assert.Equal(
            "Running: 52 of 200 jobs (26 %), 2 failed, 12.5 jobs/s, 12 s left",
            await LineAsync(new BatchProgress(BatchState.Running, counts with { Failed = 2 }, 12.5, 12).Step()));
    }

    [Fact]
    public async Task Of_what_cannot_be_counted_the_step_is_told() =>
        Assert.Equal("Submitting", await LineAsync(new StepProgress("Submitting", "bytes", 0, 0)));

    private static void Told(List<StepProgress> steps, StepProgress step, TaskCompletionSource<int> upload)
    {
        steps.Add(step);
        upload.SetResult(0);
    }

    private static async Task<string> LineAsync(StepProgress step)
    {
        var (clock, output) = (new FakeClock(), new StringWriter());
        await new ProgressLines(output, clock).ShowAsync(show =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            show(step);
            return Task.CompletedTask;
        });
        return output.ToString().TrimEnd();
    }
}
