using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Slices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchPlatform.Worker.Tests.Slices;

public sealed class ReporterTests : IAsyncDisposable
{
    private readonly FakeClock _clock = new();
    private readonly SentReports _sent = new();
    private readonly HeldSlice _slice;
    private readonly Reporter _reporter;

    public ReporterTests()
    {
        _slice = new HeldSlice(Given.Slice(), TimeSpan.FromSeconds(15), _clock);
        _reporter = new Reporter(_slice, jobs: 100, _sent.Bus, Guid.NewGuid(), new WorkerOptions { ReportBytes = 1024 }, _clock, NullLogger.Instance);
    }

    public ValueTask DisposeAsync() => _reporter.DisposeAsync();

    [Fact]
    public async Task Outcomes_are_sent_when_the_next_would_make_the_report_too_large()
    {
        await _reporter.AddAsync(Outcome(0, 400));
        await _reporter.AddAsync(Outcome(1, 400));
        Assert.Empty(_sent.Reports);

        await _reporter.AddAsync(Outcome(2, 400));
        await _reporter.FinishAsync();

        Assert.Equal(["0,1", "2"], Indexes());
    }

    [Fact]
    public async Task The_last_report_says_how_many_jobs_none_of_them_named()
    {
        await _reporter.AddAsync(Outcome(0));
        _reporter.Add(new RetryLater(1, 2, Given.Start));
        await _reporter.SendAsync();
        await _reporter.AddAsync(Outcome(2));
        await _reporter.FinishAsync();

        Assert.Equal([null, 97], _sent.Reports.Select(report => report.HandedBack));
    }

    [Fact]
    public async Task An_outcome_larger_than_a_report_travels_alone()
    {
        await _reporter.AddAsync(Outcome(0, 10));
        await _reporter.AddAsync(Outcome(1, 5000));
        await _reporter.AddAsync(Outcome(2, 10));
        await _reporter.FinishAsync();

        Assert.Equal(["0", "1", "2"], Indexes());
    }

    [Fact]
    public async Task No_outcome_waits_longer_than_a_second()
    {
        await _reporter.AddAsync(Outcome(0));
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        await _reporter.AddAsync(Outcome(1));
        Assert.Empty(_sent.Reports);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.Equal(1, () => _sent.Reports.Count);
        Assert.Equal("0,1", Indexes().Single());

        _reporter.Add(new RetryLater(2, 2, Given.Start));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Equal(2, () => _sent.Reports.Count);
        Assert.Equal(2, _sent.Reports.Last().Retries.Single().Index);
    }

    [Fact]
    public async Task Reports_go_in_order_each_after_the_one_before_is_confirmed()
    {
        var confirmed = new TaskCompletionSource();
        var seen = 0;
        _sent.Confirm = _ => Interlocked.Increment(ref seen) == 1 ? confirmed.Task : Task.CompletedTask;
        await _reporter.AddAsync(Outcome(0));
        var first = _reporter.SendAsync();
        await _reporter.AddAsync(Outcome(1));
        var last = _reporter.FinishAsync();
        Assert.Equal(1, seen);
        Assert.False(last.IsCompleted);

        confirmed.SetResult();
        await Task.WhenAll(first, last);

        Assert.Equal(["0", "1"], Indexes());
        Assert.Equal([false, true], _sent.Reports.Select(report => report.Last));
    }

    [Fact]
    public async Task A_report_that_the_broker_does_not_take_is_sent_again()
    {
        var tries = 0;
        _sent.Confirm = _ => ++tries < 3 ? throw new InvalidOperationException("no broker") : Task.CompletedTask;
        await _reporter.AddAsync(Outcome(0));
        var last = _reporter.FinishAsync();

        await Eventually.True(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return last.IsCompleted;
        });

        Assert.Equal(3, tries);
        Assert.Equal("0", Indexes().Single());
    }

    [Fact]
    public async Task A_report_that_the_broker_never_takes_is_given_up_when_the_worker_must_end()
    {
        _sent.Confirm = _ => throw new InvalidOperationException("no broker");
        var last = _reporter.FinishAsync();
        Assert.False(last.IsCompleted);

        _slice.Abort();

        await last;
        Assert.Empty(_sent.Reports);
    }

    [Fact]
    public async Task Nothing_of_a_lost_slice_is_reported()
    {
        await _reporter.AddAsync(Outcome(0));
        _slice.Lose();
        await _reporter.FinishAsync();

        Assert.Empty(_sent.Reports);
    }

    [Fact]
    public async Task The_last_report_gives_the_slice_up_and_says_how_long_it_was_at_work_and_that_the_upstream_is_closed()
    {
        _reporter.Close(new UpstreamClosing(Until: null));
        _reporter.Close(new UpstreamClosing(Given.Start.AddSeconds(30)));
        _reporter.Close(new UpstreamClosing(Given.Start.AddSeconds(10)));
        _reporter.Close(new UpstreamClosing(Until: null));
        _clock.Advance(TimeSpan.FromSeconds(2.5));
        await _reporter.FinishAsync();

        var report = Assert.Single(_sent.Reports);
        Assert.Equal((true, 2.5, new UpstreamClosing(Given.Start.AddSeconds(30))), (report.Last, report.BusySeconds, report.Closing));
    }

    private static PackedOutcome Outcome(int index, int bytes = 10) =>
        new(index, true, 200, null, null, 1, 0, Given.Start, new byte[bytes]);

    private IEnumerable<string> Indexes() =>
        _sent.Reports.Select(report => string.Join(',', OutcomeBlock.Unpack(report.Outcomes).Select(outcome => outcome.Index)));
}
