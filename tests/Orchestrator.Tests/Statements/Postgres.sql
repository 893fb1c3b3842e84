-- one batch, locked
SELECT b.id, b.callback, b.committed_at, b.created_at, b.state, b.deleted_at, b.dialect, b.dialect_document, b.ended_at, b.epoch, b.fire_queued, b.fires, b.lanes, b.name, b.next_index, b.number, b.options, b.pause_reason, b.paused, b.paused_at, b.recurring, b.replies, b.revision, b.run, b.schedule, b.schedule_revision, b.shortest_deadline_seconds, b.started_at, b.stop_owed, b.tenant, b.total, b.updated_at, b.version
FROM (
    SELECT * FROM batches WHERE id = @p0 FOR UPDATE
) AS b
LIMIT 1;

-- a row, unless its key is taken
INSERT INTO tenants (name, callback, pause_reason, paused, quotas, time_zone, updated_at, weight) VALUES (@name, @callback, @pause_reason, @paused, @quotas, @time_zone, @updated_at, @weight) ON CONFLICT DO NOTHING;

-- rows changed, locked and read
UPDATE slices SET state = @p0 WHERE id IN (@p1, @p2, @p3) AND state = @p4 RETURNING *;

-- outcomes counted
UPDATE runs SET
    seq = seq + @p0, completed = completed + @p1, failed = failed + @p2, failures = failures + @p3,
    settled_at = CASE WHEN completed + failed + @p4 >= total THEN @p5 END WHERE batch = @p6 AND number = @p7 RETURNING *;

-- lanes that have something to cut
SELECT b.batch, b.run, b.namespace, b.active, b.batch_id, b.cursor, b."end", b.epoch, b.gaps, b.open, b.priority, b.retry_at, b.revision, b.tenant, r.stop_on_job_error, r.deadlines_from, r.deadline, r.requests_per_second, r.concurrency, r.trace, CASE
    WHEN t.name IS NULL THEN 1.0
    ELSE t.weight
END, EXISTS (
    SELECT 1
    FROM slices AS s
    WHERE s.batch = b.batch AND s.run = b.run AND s.namespace = b.namespace AND s.state = 2), (
    SELECT count(*)::int
    FROM slices AS s0
    WHERE s0.state = 0)
FROM (
    SELECT lanes.* FROM lanes JOIN (
        SELECT batch, run, namespace FROM (
            SELECT batch, run, namespace, ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY priority DESC, batch) AS place
            FROM lanes WHERE active AND open AND NOT EXISTS (SELECT 1 FROM gates WHERE gates.namespace = lanes.namespace AND (paused OR closed_until > @p0))) AS ranked
        WHERE place <= 32
        UNION SELECT batch, run, namespace FROM lanes WHERE active AND retry_at <= @p0
        UNION SELECT batch, run, namespace FROM slices WHERE state = 2) AS ready
    ON lanes.batch = ready.batch AND lanes.run = ready.run AND lanes.namespace = ready.namespace
    WHERE active AND NOT EXISTS (SELECT 1 FROM gates WHERE gates.namespace = lanes.namespace AND (paused OR closed_until > @p0)) AND NOT EXISTS (SELECT 1 FROM tenants WHERE tenants.name = lanes.tenant AND paused)
) AS b
INNER JOIN runs AS r ON b.batch = r.batch AND b.run = r.number
LEFT JOIN tenants AS t ON b.tenant = t.name;

-- slices on their way
SELECT s.tenant, s.batch, s.namespace, s.action, s.state, count(*)::int, COALESCE(sum(s.concurrency), 0)::int, COALESCE(sum(s.calls_per_second), 0.0)
FROM slices AS s
WHERE s.state <> 2
GROUP BY s.tenant, s.batch, s.namespace, s.action, s.state;

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

