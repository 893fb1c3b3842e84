-- one batch, locked
SELECT id, callback, committed_at, created_at, state, deleted_at, dialect, dialect_document, ended_at, epoch, fire_queued, fires, lanes, name, next_index, number, options, pause_reason, paused, paused_at, recurring, replies, revision, run, schedule, schedule_revision, shortest_deadline_seconds, started_at, stop_owed, tenant, total, updated_at, version FROM batches WHERE id = @p0 FOR UPDATE;

-- a row, unless its key is taken
INSERT INTO tenants (name, callback, pause_reason, paused, quotas, time_zone, updated_at, weight) VALUES (@name, @callback, @pause_reason, @paused, @quotas, @time_zone, @updated_at, @weight) ON CONFLICT DO NOTHING;

-- rows changed, locked and read
UPDATE slices SET state = @p0 WHERE id IN (@p1, @p2, @p3) AND state = @p4 RETURNING id, action, batch, batch_id, calls_per_second, concurrency, created_at, epoch, holder, jobs, lease_until, lost, namespace, probe, remaining, run, state, tenant;

-- outcomes counted
UPDATE runs SET
    seq = seq + @p0, completed = completed + @p1, failed = failed + @p2, failures = failures + @p3,
    settled_at = CASE WHEN completed + failed + @p4 >= total THEN @p5 END WHERE batch = @p6 AND number = @p7 RETURNING batch, number, batch_id, budget_minimum, budget_pauses, budget_rate, canary, completed, concurrency, created_at, deadline, deadlines_from, emptied, epoch, expired_at, failed, failed_before, failures, next_deadline, requests_per_second, revision, root, sampled_from, seq, settled_at, started, stop_on_job_error, tenant, total, trace;

-- lanes that have something to cut
SELECT lanes.batch, lanes.run, lanes.namespace, lanes.active, lanes.batch_id, lanes.cursor, lanes."end", lanes.epoch, lanes.gaps, lanes.open, lanes.priority, lanes.retry_at, lanes.revision, lanes.tenant, runs.batch, runs.number, runs.batch_id, runs.budget_minimum, runs.budget_pauses, runs.budget_rate, runs.canary, runs.completed, runs.concurrency, runs.created_at, runs.deadline, runs.deadlines_from, runs.emptied, runs.epoch, runs.expired_at, runs.failed, runs.failed_before, runs.failures, runs.next_deadline, runs.requests_per_second, runs.revision, runs.root, runs.sampled_from, runs.seq, runs.settled_at, runs.started, runs.stop_on_job_error, runs.tenant, runs.total, runs.trace, COALESCE(tenants.weight, 1), (
    SELECT COUNT(*) FROM slices WHERE slices.batch = lanes.batch AND slices.run = lanes.run AND slices.namespace = lanes.namespace AND state = 2), (
    SELECT COUNT(*) FROM slices WHERE state = 0)
FROM (
    SELECT batch, run, namespace FROM (
    WITH RECURSIVE queues AS (
        (SELECT tenant, namespace FROM lanes WHERE active AND open ORDER BY tenant, namespace LIMIT 1)
        UNION ALL
        SELECT following.tenant, following.namespace FROM queues, LATERAL (
            SELECT tenant, namespace FROM lanes WHERE active AND open AND (tenant, namespace) > (queues.tenant, queues.namespace)
            ORDER BY tenant, namespace LIMIT 1) AS following)
    SELECT ahead.batch, ahead.run, queues.namespace FROM queues, LATERAL (
        SELECT batch, run FROM lanes WHERE active AND open AND lanes.tenant = queues.tenant AND lanes.namespace = queues.namespace
        ORDER BY priority DESC, batch LIMIT 32) AS ahead
    WHERE NOT EXISTS (SELECT 1 FROM gates WHERE gates.namespace = queues.namespace AND (paused OR closed_until > @p0))) AS first
    UNION SELECT batch, run, namespace FROM lanes WHERE active AND retry_at <= @p0
    UNION SELECT batch, run, namespace FROM slices WHERE state = 2) AS ready
JOIN LATERAL (SELECT * FROM lanes WHERE lanes.batch = ready.batch AND lanes.run = ready.run AND lanes.namespace = ready.namespace OFFSET 0) AS lanes ON TRUE
JOIN LATERAL (SELECT * FROM runs WHERE runs.batch = ready.batch AND runs.number = ready.run OFFSET 0) AS runs ON TRUE
LEFT JOIN LATERAL (SELECT * FROM tenants WHERE tenants.name = lanes.tenant OFFSET 0) AS tenants ON TRUE
WHERE active AND NOT EXISTS (SELECT 1 FROM gates WHERE gates.namespace = lanes.namespace AND (paused OR closed_until > @p0)) AND (tenants.name IS NULL OR NOT paused);

-- slices on their way
SELECT tenant, batch, namespace, action, state, COUNT(*), SUM(concurrency), SUM(calls_per_second)
FROM slices WHERE state <> 2 GROUP BY tenant, batch, namespace, action, state;

-- two messages owed
INSERT INTO outbox (id, body, created_at, trace, type)
VALUES (@p0, @p1, @p2, @p3, @p4);
INSERT INTO outbox (id, body, created_at, trace, type)
VALUES (@p5, @p6, @p7, @p8, @p9);;

-- messages that the broker has not confirmed
SELECT o.id, o.body, o.created_at, o.trace, o.type
FROM outbox AS o
WHERE o.created_at < @now
ORDER BY o.id
LIMIT @p;

-- messages that it has
DELETE FROM outbox AS o
WHERE o.id = ANY (@many);

-- two entries of the audit
INSERT INTO audit (action, address, at, detail, key, resource, tenant)
VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6)
RETURNING number;
INSERT INTO audit (action, address, at, detail, key, resource, tenant)
VALUES (@p7, @p8, @p9, @p10, @p11, @p12, @p13)
RETURNING number;;

-- a batch changed
UPDATE batches SET state = @p0, version = @p1
WHERE id = @p2 AND version = @p3;;

-- some failed jobs, to be run again
INSERT INTO retries (batch, run, "index", namespace, attempt, due_at)
SELECT o.batch, @p0, o."index", (
    SELECT j.namespace FROM jobs j WHERE j.batch = o.batch AND j."index" = o."index"
        AND j.added_rev <= @p1 AND (j.removed_rev IS NULL OR j.removed_rev > @p2)), 1, @p3
FROM outcomes o
WHERE o.batch = @p4 AND o.run = @p5 AND o.state = @p6
    AND (@p7 = '' OR o.error_code = @p8)
    AND ((@p9 = '' AND @p10 = '') OR (
        SELECT COUNT(*) FROM jobs j WHERE j.batch = o.batch AND j."index" = o."index"
            AND j.added_rev <= @p11 AND (j.removed_rev IS NULL OR j.removed_rev > @p12)
            AND (@p13 = '' OR j.namespace = @p14) AND (@p15 = '' OR j.action = @p16)) = 1);

-- the others, with their outcomes
INSERT INTO outcomes (batch, run, "index", seq, state, status_code, response, error_code, error_message, attempts, duration_ms, completed_at)
SELECT o.batch, @p0, o."index", ROW_NUMBER() OVER (ORDER BY o."index"), o.state, o.status_code, o.response, o.error_code, o.error_message,
    o.attempts, o.duration_ms, o.completed_at
FROM outcomes o
WHERE o.batch = @p1 AND o.run = @p2 AND o.state = @p3
    AND (SELECT COUNT(*) FROM retries r WHERE r.batch = o.batch AND r.run = @p4 AND r."index" = o."index") = 0;

-- a retry's row
INSERT INTO retries (batch, index, run, attempt, due_at, namespace)
VALUES (@p0, @p1, @p2, @p3, @p4, @p5);;

-- the next jobs of a lane
SELECT "index", action, params, deadline_seconds FROM (
    SELECT "index", action, params, deadline_seconds,
           sum(octet_length(params)) OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS bytes,
           row_number() OVER (ORDER BY "index" ROWS UNBOUNDED PRECEDING) AS place
    FROM jobs WHERE batch = @batch AND added_rev <= @revision AND (removed_rev IS NULL OR removed_rev > @revision) AND namespace = @namespace AND "index" >= @from AND "index" < @end ORDER BY "index" LIMIT @max_jobs) AS next
WHERE bytes <= @max_bytes OR place = 1 ORDER BY "index";

-- jobs by their indexes
SELECT "index", action, params, deadline_seconds FROM unnest(@indexes) AS wanted (place)
CROSS JOIN LATERAL (SELECT * FROM jobs WHERE batch = @batch AND added_rev <= @revision AND (removed_rev IS NULL OR removed_rev > @revision) AND "index" = wanted.place OFFSET 0) AS found
ORDER BY found."index";

-- failed outcomes with their jobs
SELECT o."index", o.run, o.seq, o.state, o.status_code, o.response, o.error_code, o.error_message, o.attempts, o.duration_ms,
o.completed_at, j.custom_id, j.namespace, j.action, j.params
FROM outcomes o
CROSS JOIN LATERAL (SELECT * FROM jobs j WHERE j.batch = o.batch AND j."index" = o."index" AND j.added_rev <= @revision AND (j.removed_rev IS NULL OR j.removed_rev > @revision) LIMIT 1) j
WHERE o.batch = @batch AND o.run IN (1) AND o."index" >= @from AND o."index" < @end AND o.state = 4
  AND EXISTS (SELECT 1 FROM runs r JOIN batches b ON b.number = r.batch WHERE r.batch = @batch AND r.number = @last AND r.expired_at IS NULL AND b.deleted_at IS NULL)
ORDER BY o."index";

-- all outcomes with their jobs
SELECT o."index", o.run, o.seq, o.state, o.status_code, o.response, o.error_code, o.error_message, o.attempts, o.duration_ms,
o.completed_at, j.custom_id, j.namespace, j.action, j.params
FROM (SELECT * FROM outcomes o WHERE batch = @batch AND o.run IN (1) AND "index" >= @from AND "index" < @end AND EXISTS (SELECT 1 FROM runs r JOIN batches b ON b.number = r.batch WHERE r.batch = @batch AND r.number = @last AND r.expired_at IS NULL AND b.deleted_at IS NULL)) o
FULL JOIN (
    SELECT * FROM jobs WHERE batch = @batch AND added_rev <= @revision AND (removed_rev IS NULL OR removed_rev > @revision) AND "index" >= @from AND "index" < @end) j
ON j."index" = o."index"
WHERE COALESCE(o.run, 0) > 0 AND COALESCE(j.added_rev, -1) >= 0
ORDER BY o."index";

