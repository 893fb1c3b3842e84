using BatchPlatform.Testing.Ledger;
using Xunit;

namespace BatchPlatform.Testing.Tests.Ledger;

/// <summary>Each contradiction is found, and a platform that kept its promises has none.</summary>
public sealed class LedgerCheckTests : IDisposable
{
    private static readonly Guid Batch = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    private readonly FakePlatform _platform = new();
    private readonly UpstreamCalls _calls = new();
    private readonly List<CallbackNote> _notes = [];
    private readonly List<RefusedBatch> _refused = [];
    private readonly List<GivenUpBatch> _givenUp = [];
    private AcceptedBatch _accepted = new(Batch, Jobs: 3);

    public void Dispose() => _platform.Dispose();

    [Fact]
    public async Task What_was_kept_is_reported_without_a_contradiction()
    {
        _accepted = _accepted with { HasCallback = true };
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        Called("7-1-0", "7-1-1", "7-1-2", "7-1-2");
        Note("one");
        Note("one");

        var report = await CheckAsync();

        Assert.True(report.Holds, report.ToString());
        Assert.Equal((3, 3, 0, 0, 1), (report.Jobs, report.Completed, report.Lost, report.CountedTwice, report.ExecutedTwice));
        Assert.Equal((2, 1), (report.Callbacks, report.CallbacksAgain));
        Assert.StartsWith("jobs 3 in 1 batches: 3 completed", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_gone_has_lost_its_jobs()
    {
        var report = await FoundAsync("is gone");

        Assert.Equal(3, report.Lost);
    }

    [Fact]
    public async Task A_deleted_batch_that_is_still_there_is_found()
    {
        _accepted = _accepted with { Deleted = true };
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);

        await FoundAsync("was deleted and is still there");
    }

    [Fact]
    public async Task A_job_without_an_outcome_is_lost()
    {
        _platform.Add(Batch, number: 7, results: [0, 2], total: 3, completed: 2);

        Assert.Equal(1, (await FoundAsync("no outcome of 1 jobs")).Lost);
    }

    [Fact]
    public async Task A_job_that_waits_in_a_stopped_batch_is_not_lost()
    {
        _accepted = _accepted with { MayStop = true };
        _platform.Add(Batch, number: 7, results: [0, 2], state: "Stopped", total: 3, completed: 2, pending: 1);
        Called("7-1-0", "7-1-2");

        var report = await CheckAsync();

        Assert.True(report.Holds, report.ToString());
        Assert.Equal(1, report.Waiting);
    }

    [Fact]
    public async Task An_outcome_twice_is_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 1, 2]);

        Assert.Equal(1, (await FoundAsync("1 outcomes too many")).CountedTwice);
    }

    [Fact]
    public async Task Counts_that_do_not_add_up_are_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2], completed: 2);

        await FoundAsync("counts that do not add up");
    }

    [Fact]
    public async Task Jobs_that_nobody_was_told_were_accepted_are_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2, 3]);

        await FoundAsync("has 4 jobs, and 3 were accepted");
    }

    [Theory]
    [InlineData("Running", "has not ended")]
    [InlineData("Stopped", "has not ended")]
    [InlineData("Paused", "is in no documented state")]
    public async Task A_state_that_cannot_be_is_found(string state, string told)
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2], state: state);

        await FoundAsync(told);
    }

    [Fact]
    public async Task A_batch_that_runs_without_a_commit_is_found()
    {
        _accepted = _accepted with { Committed = false };
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);

        await FoundAsync("was never committed and is Finished");
    }

    [Fact]
    public async Task A_batch_that_was_never_called_back_is_found()
    {
        _accepted = _accepted with { HasCallback = true };
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);

        await FoundAsync("was never called back with batch.finished of run 1");
    }

    [Fact]
    public async Task Two_webhook_ids_for_one_event_are_found()
    {
        _accepted = _accepted with { HasCallback = true };
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        Note("one");
        Note("two");

        await FoundAsync("under 2 webhook-ids");
    }

    [Fact]
    public async Task A_callback_that_nobody_asked_for_is_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        Note("one");

        await FoundAsync("was called back and has no callback");
    }

    [Fact]
    public async Task A_refused_batch_with_an_effect_is_found()
    {
        _refused.Add(new RefusedBatch("refused", "INVALID_JOB"));
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        _platform.Add(Guid.NewGuid(), number: 8, results: [], name: "refused");

        await FoundAsync("was refused with INVALID_JOB and is there");
    }

    [Fact]
    public async Task A_batch_that_was_given_up_is_there_whole_or_not_at_all()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        _platform.Add(Guid.NewGuid(), number: 8, results: [0, 1], name: "whole");
        _givenUp.AddRange([new GivenUpBatch("whole", Jobs: 2), new GivenUpBatch("not there", Jobs: 2)]);
        Called("7-1-0", "7-1-1", "7-1-2", "8-1-0", "8-1-1");
        var report = await CheckAsync();
        Assert.True(report.Holds, report.ToString());
        Assert.Equal((5, 2), (report.Jobs, report.Batches));

        _platform.Add(Guid.NewGuid(), number: 9, results: [], state: "Running", total: 2, pending: 2, name: "without its jobs");
        _givenUp.Add(new GivenUpBatch("without its jobs", Jobs: 2));
        await FoundAsync("has not ended");
    }

    [Fact]
    public async Task A_batch_that_was_made_twice_is_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        _platform.Add(Guid.NewGuid(), number: 8, results: [0, 1, 2]);

        await FoundAsync("nobody was told that it was accepted");
    }

    [Fact]
    public async Task A_completed_job_that_was_never_called_is_found_unless_the_log_may_have_lost_its_end()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        Called("7-1-0", "7-1-2");

        await FoundAsync("has 1 completed jobs that the upstream was never called for");
        var report = await new LedgerCheck(_platform.Client(), [_accepted], []).RunAsync(UpstreamCalls.Read([], isWhole: false));
        Assert.True(report.Holds, report.ToString());
        Assert.Equal(3, report.Unlogged);
    }

    [Fact]
    public async Task Calls_for_jobs_that_nobody_submitted_are_found()
    {
        _platform.Add(Batch, number: 7, results: [0, 1, 2]);
        Called("7-1-3");

        await FoundAsync("was called for jobs of batch number 7");
    }

    private void Note(string webhookId) => _notes.Add(new CallbackNote(webhookId, Batch, "batch.finished", Run: 1, DateTimeOffset.UnixEpoch));

    private void Called(params string[] keys)
    {
        foreach (var key in keys)
        {
            _calls.Add($$"""{"idempotency_key":"{{key}}","status":200}""");
        }
    }

    private Task<LedgerReport> CheckAsync() => new LedgerCheck(_platform.Client(), [_accepted], _refused) { GivenUp = _givenUp }.RunAsync(_calls, _notes);

    private async Task<LedgerReport> FoundAsync(string told)
    {
        var report = await CheckAsync();
        Assert.False(report.Holds);
        Assert.Contains(report.Contradictions, contradiction => contradiction.Contains(told, StringComparison.Ordinal));
        return report;
    }
}
