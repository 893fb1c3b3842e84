using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Orchestrator.Outcomes;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Clocks;

/// <summary>
/// Fails the jobs that wait past their own deadline or their run's. A job in a worker's hands is the worker's to fail. Deadlines of
/// paused and stopped batches stand still.
/// </summary>
public sealed partial class DeadlineClock(
    BatchStore store, OutcomeLedger ledger, TimeProvider time, IOptions<OrchestratorOptions> options, ILogger<DeadlineClock> logger) : Clock(time, logger)
{
    private const int Chunk = 1000;

    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        await using var db = store.Read();
        var late = await db.Runs
            .Where(run => run.SettledAt == null && run.NextDeadline < now)
            .OrderBy(run => run.NextDeadline)
            .Join(
                db.Batches.Where(batch => !batch.Paused && (batch.CurrentState == nameof(BatchState.Committed) || batch.CurrentState == nameof(BatchState.Running))),
                run => new { run.Batch, run.Number },
                batch => new { Batch = batch.Number, Number = batch.Run },
                (run, batch) => new { run.Batch, run.Number })
            .Take(100)
            .ToListAsync(cancellationToken);
        foreach (var run in late)
        {
            await ExpireAsync(run.Batch, run.Number, cancellationToken);
        }
    }

    private async Task ExpireAsync(long batch, int number, CancellationToken cancellationToken)
    {
        var (from, expired, someAreOut) = ((int?)0, 0, false);
        while (from is not null)
        {
            await using var unit = await store.BeginAsync(cancellationToken);
            var jobs = new UnrunJobs(unit, ledger, cancellationToken);
            if (await jobs.LockAsync(batch, number) is not { SettledAt: null } run || run.NextDeadline >= unit.Now)
            {
                return;
            }

            var late = await jobs.LateAsync(run, from.Value, Chunk);
            var failing = await WithCodesAsync(unit, jobs, late, cancellationToken);
            if (failing.Count > 0)
            {
                await jobs.FailAsync(run, failing);
            }

            expired += failing.Count;
            someAreOut |= failing.Count < late.Count;
            from = late.Count == Chunk ? late[^1].Index + 1 : null;
            if (from is null)
            {
                // Those are their worker's to fail; to look for others would be to read all of the batch, under locks that its reports wait for.
                await jobs.NoteNextDeadlineAsync(run, again: someAreOut ? unit.Now.AddSeconds(options.Value.LeaseSeconds) : null);
            }

            await unit.CommitAsync(cancellationToken);
        }

        if (expired > 0)
        {
            Log.Expired(_logger, expired, batch);
        }
    }

    private static async Task<List<(UnrunJob Job, string Code, string Message)>> WithCodesAsync(WorkUnit unit, UnrunJobs jobs, List<UnrunJob> late, CancellationToken cancellationToken)
    {
        var closed = await unit.Db.Gates.Where(gate => gate.Paused || gate.ClosedUntil > unit.Now).Select(gate => gate.Namespace).ToListAsync(cancellationToken);
        return [.. late
            .Where(job => !jobs.IsOut(job.Index))
            .Select(job => closed.Contains(job.Namespace)
                ? (job, ErrorCodes.UpstreamClosed, "The upstream took no calls until the deadline.")
                : (job, ErrorCodes.DeadlineExceeded, job.Attempts == 0 ? "The job had not begun by the deadline." : "The job's next attempt had not begun by the deadline."))];
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Jobs} jobs of batch {Batch} waited past their deadline")]
        public static partial void Expired(ILogger logger, int jobs, long batch);
    }
}
