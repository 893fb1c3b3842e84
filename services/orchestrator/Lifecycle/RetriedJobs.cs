using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>
/// Hands the failed jobs of a run to the run that retries them. That run has all of them, so that the last run of a batch tells of
/// every job that is not completed: those that are to run again wait as retries, the others bring the outcome that they have.
/// </summary>
internal sealed class RetriedJobs(StoreDb db, Run failed, Run run)
{
    /// <summary>Each job that the filter means is owned by a retry row, due at once.</summary>
    public Task AddAsync(RetryFilter? only, DateTime now)
    {
        var (code, ns, action) = (only?.ErrorCode ?? "", only?.Namespace ?? "", only?.Action ?? "");

        // Subqueries, not joins: without statistics of a fresh batch PostgreSQL would read the whole of it for each row.
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO retries (batch, run, "index", namespace, attempt, due_at)
            SELECT o.batch, {run.Number}, o."index", (
                SELECT j.namespace FROM jobs j WHERE j.batch = o.batch AND j."index" = o."index"
                    AND j.added_rev <= {failed.Revision} AND (j.removed_rev IS NULL OR j.removed_rev > {failed.Revision})), 1, {now}
            FROM outcomes o
            WHERE o.batch = {failed.Batch} AND o.run = {failed.Number} AND o.state = {(short)JobState.Failed}
                AND ({code} = '' OR o.error_code = {code})
                AND (({ns} = '' AND {action} = '') OR (
                    SELECT COUNT(*) FROM jobs j WHERE j.batch = o.batch AND j."index" = o."index"
                        AND j.added_rev <= {failed.Revision} AND (j.removed_rev IS NULL OR j.removed_rev > {failed.Revision})
                        AND ({ns} = '' OR j.namespace = {ns}) AND ({action} = '' OR j.action = {action})) = 1)
            """);
    }

    /// <summary>The jobs that no retry row owns keep their outcome, and are counted in the run.</summary>
    public async Task KeepOthersAsync()
    {
        var kept = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at)
            SELECT o.batch, {run.Number}, o."index", ROW_NUMBER() OVER (ORDER BY o."index"), o.state, o.status_code, o.response, o.error_code, o.error_message,
                o.attempts, o.duration_ms, o.completed_at
            FROM outcomes o
            WHERE o.batch = {failed.Batch} AND o.run = {failed.Number} AND o.state = {(short)JobState.Failed}
                AND (SELECT COUNT(*) FROM retries r WHERE r.batch = o.batch AND r.run = {run.Number} AND r."index" = o."index") = 0
            """);
        (run.Seq, run.Failed, run.SampledFrom, run.FailedBefore) = (kept, kept, kept, kept);
        var codes = await db.Outcomes.Where(outcome => outcome.Batch == run.Batch && outcome.Run == run.Number).Select(outcome => outcome.ErrorCode).Distinct().ToListAsync();
        db.Failures.AddRange(codes.Select(Failure.CodeOf).Distinct().Select(code => new Failure { Batch = run.Batch, Run = run.Number, Code = code, Tenant = run.Tenant }));
    }
}
