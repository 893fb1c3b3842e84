using System.Diagnostics.Metrics;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;
using BatchPlatform.Worker.Upstreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class UnexpectedErrorTests
{
    [Fact]
    public async Task A_job_that_the_platform_cannot_run_fails_and_the_others_go_on()
    {
        var clock = new FakeClock();
        var grant = Given.Slice(jobs: 3);
        var slice = new HeldSlice(grant, TimeSpan.FromSeconds(15), clock);
        var sent = new SentReports();
        await using var reporter = new Reporter(slice, jobs: 1, sent.Bus, Guid.NewGuid(), new WorkerOptions(), clock, NullLogger.Instance);
        var upstream = new LoadedUpstream(Given.Bench, new ThrowsForSecondJob());

        await new SliceRun(slice, JobBlock.Unpack(grant.Jobs), upstream, reporter, new WorkerMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), clock, NullLogger.Instance).RunAsync();
        await reporter.FinishAsync();

        var outcomes = OutcomeBlock.Unpack(Assert.Single(sent.Reports).Outcomes);
        Assert.Equal([null, ErrorCodes.InternalError, null], outcomes.Select(outcome => outcome.ErrorCode));
        Assert.DoesNotContain("secret", outcomes[1].ErrorMessage);
    }

    private sealed class ThrowsForSecondJob : IJobExecutor
    {
        public ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort) => job.Index == 1
            ? throw new InvalidOperationException("secret")
            : ValueTask.FromResult(CallEnd.Completed(200, default));
    }
}
