using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace BatchPlatform.Store.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "actions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    target = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    filter = table.Column<string>(type: "text", nullable: false),
                    force = table.Column<bool>(type: "boolean", nullable: false),
                    max_per_second = table.Column<int>(type: "integer", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    matched = table.Column<int>(type: "integer", nullable: false),
                    matched_more = table.Column<bool>(type: "boolean", nullable: false),
                    done = table.Column<int>(type: "integer", nullable: false),
                    refused = table.Column<int>(type: "integer", nullable: false),
                    refusals = table.Column<string>(type: "text", nullable: false),
                    cursor = table.Column<string>(type: "text", nullable: true),
                    in_hand = table.Column<string>(type: "text", nullable: false),
                    owner = table.Column<Guid>(type: "uuid", nullable: false),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_actions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "activity",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    orchestrator = table.Column<Guid>(type: "uuid", nullable: false),
                    completed = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    durations = table.Column<string>(type: "text", nullable: false),
                    pending = table.Column<long>(type: "bigint", nullable: false),
                    queued = table.Column<long>(type: "bigint", nullable: false),
                    processing = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_activity", x => new { x.tenant, x.at, x.orchestrator });
                });

            migrationBuilder.CreateTable(
                name: "allowances",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    rounds = table.Column<long>(type: "bigint", nullable: false),
                    limits = table.Column<string>(type: "text", nullable: false),
                    counted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    batches = table.Column<long>(type: "bigint", nullable: false),
                    pending_jobs = table.Column<long>(type: "bigint", nullable: false),
                    results = table.Column<long>(type: "bigint", nullable: false),
                    callbacks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_allowances", x => x.tenant);
                });

            migrationBuilder.CreateTable(
                name: "appends",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    base_index = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    edits = table.Column<bool>(type: "boolean", nullable: false),
                    command_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    uploader = table.Column<string>(type: "text", nullable: true),
                    expansion = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_appends", x => x.batch);
                });

            migrationBuilder.CreateTable(
                name: "audit",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: true),
                    key = table.Column<string>(type: "text", nullable: true),
                    address = table.Column<string>(type: "text", nullable: true),
                    action = table.Column<string>(type: "text", nullable: false),
                    resource = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "batches",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    recurring = table.Column<bool>(type: "boolean", nullable: false),
                    options = table.Column<string>(type: "text", nullable: false),
                    callback = table.Column<string>(type: "text", nullable: true),
                    schedule = table.Column<string>(type: "text", nullable: true),
                    schedule_revision = table.Column<int>(type: "integer", nullable: false),
                    fires = table.Column<string>(type: "text", nullable: false),
                    fire_queued = table.Column<bool>(type: "boolean", nullable: false),
                    dialect = table.Column<string>(type: "text", nullable: true),
                    dialect_document = table.Column<string>(type: "text", nullable: true),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    next_index = table.Column<int>(type: "integer", nullable: false),
                    total = table.Column<int>(type: "integer", nullable: false),
                    lanes = table.Column<string>(type: "text", nullable: false),
                    shortest_deadline_seconds = table.Column<int>(type: "integer", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    paused = table.Column<bool>(type: "boolean", nullable: false),
                    paused_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    pause_reason = table.Column<string>(type: "text", nullable: true),
                    stop_owed = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    committed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    deleted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    replies = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batches", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "dataset_contents",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    dataset = table.Column<Guid>(type: "uuid", nullable: false),
                    uploader = table.Column<string>(type: "text", nullable: false),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    discarded = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dataset_contents", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "dataset_rows",
                columns: table => new
                {
                    content = table.Column<long>(type: "bigint", nullable: false),
                    index = table.Column<int>(type: "integer", nullable: false),
                    json = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dataset_rows", x => new { x.content, x.index });
                });

            migrationBuilder.CreateTable(
                name: "datasets",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<long>(type: "bigint", nullable: true),
                    rows = table.Column<int>(type: "integer", nullable: false),
                    upload = table.Column<long>(type: "bigint", nullable: true),
                    bad_rows = table.Column<int>(type: "integer", nullable: false),
                    errors = table.Column<string>(type: "text", nullable: true),
                    dialect = table.Column<string>(type: "text", nullable: true),
                    dialect_document = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    uploaded_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_datasets", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    seq = table.Column<int>(type: "integer", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    host = table.Column<string>(type: "text", nullable: false),
                    content_type = table.Column<string>(type: "text", nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    resent = table.Column<bool>(type: "boolean", nullable: false),
                    due_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    claimed_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    trace = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "delivery_attempts",
                columns: table => new
                {
                    delivery = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    status_code = table.Column<int>(type: "integer", nullable: false),
                    duration_ms = table.Column<int>(type: "integer", nullable: false),
                    answer = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_delivery_attempts", x => new { x.delivery, x.number });
                });

            migrationBuilder.CreateTable(
                name: "expansions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    dataset = table.Column<Guid>(type: "uuid", nullable: false),
                    content = table.Column<long>(type: "bigint", nullable: false),
                    rows = table.Column<int>(type: "integer", nullable: false),
                    template = table.Column<string>(type: "text", nullable: false),
                    commit = table.Column<bool>(type: "boolean", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    staged = table.Column<int>(type: "integer", nullable: false),
                    taken = table.Column<bool>(type: "boolean", nullable: false),
                    owner = table.Column<Guid>(type: "uuid", nullable: false),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    code = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    errors = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_expansions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "failing_receivers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    disabled_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_failing_receivers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "failures",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_failures", x => new { x.batch, x.run, x.code });
                });

            migrationBuilder.CreateTable(
                name: "gates",
                columns: table => new
                {
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    closed_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    closings = table.Column<int>(type: "integer", nullable: false),
                    trips = table.Column<int>(type: "integer", nullable: false),
                    paused = table.Column<bool>(type: "boolean", nullable: false),
                    pause_reason = table.Column<string>(type: "text", nullable: true),
                    rounds = table.Column<long>(type: "bigint", nullable: false),
                    burst_from = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_gates", x => x.@namespace);
                });

            migrationBuilder.CreateTable(
                name: "idempotency",
                columns: table => new
                {
                    tenant = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    command_id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    answer = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency", x => new { x.tenant, x.key });
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    index = table.Column<int>(type: "integer", nullable: false),
                    added_rev = table.Column<int>(type: "integer", nullable: false),
                    removed_rev = table.Column<int>(type: "integer", nullable: true),
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    @params = table.Column<string>(name: "params", type: "text", nullable: false),
                    custom_id = table.Column<string>(type: "text", nullable: true),
                    deadline_seconds = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_jobs", x => new { x.batch, x.index, x.added_rev });
                });

            migrationBuilder.CreateTable(
                name: "keyring",
                columns: table => new
                {
                    number = table.Column<int>(type: "integer", nullable: false),
                    xml = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_keyring", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "keys",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    salt = table.Column<byte[]>(type: "bytea", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    scopes = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    signing_secret = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lanes",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    cursor = table.Column<int>(type: "integer", nullable: false),
                    end = table.Column<int>(type: "integer", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    open = table.Column<bool>(type: "boolean", nullable: false),
                    gaps = table.Column<bool>(type: "boolean", nullable: false),
                    retry_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lanes", x => new { x.batch, x.run, x.@namespace });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    trace = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outcomes",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    index = table.Column<int>(type: "integer", nullable: false),
                    seq = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    status_code = table.Column<int>(type: "integer", nullable: false),
                    response = table.Column<string>(type: "text", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    duration_ms = table.Column<int>(type: "integer", nullable: false),
                    completed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outcomes", x => new { x.batch, x.run, x.index });
                });

            migrationBuilder.CreateTable(
                name: "retries",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    index = table.Column<int>(type: "integer", nullable: false),
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    due_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retries", x => new { x.batch, x.run, x.index });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    trace = table.Column<string>(type: "text", nullable: true),
                    root = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    total = table.Column<int>(type: "integer", nullable: false),
                    completed = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    seq = table.Column<int>(type: "integer", nullable: false),
                    stop_on_job_error = table.Column<bool>(type: "boolean", nullable: false),
                    budget_rate = table.Column<double>(type: "double precision", nullable: false),
                    budget_minimum = table.Column<int>(type: "integer", nullable: false),
                    budget_pauses = table.Column<bool>(type: "boolean", nullable: false),
                    sampled_from = table.Column<int>(type: "integer", nullable: false),
                    failed_before = table.Column<int>(type: "integer", nullable: false),
                    canary = table.Column<int>(type: "integer", nullable: false),
                    requests_per_second = table.Column<double>(type: "double precision", nullable: false),
                    concurrency = table.Column<int>(type: "integer", nullable: false),
                    started = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    deadlines_from = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    deadline = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    next_deadline = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    settled_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    expired_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    emptied = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => new { x.batch, x.number });
                });

            migrationBuilder.CreateTable(
                name: "schedules",
                columns: table => new
                {
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    planned_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    next_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_fire_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_result = table.Column<short>(type: "smallint", nullable: true),
                    last_run = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedules", x => x.batch);
                });

            migrationBuilder.CreateTable(
                name: "sequences",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sequences", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "slices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    batch = table.Column<long>(type: "bigint", nullable: false),
                    run = table.Column<int>(type: "integer", nullable: false),
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    holder = table.Column<Guid>(type: "uuid", nullable: true),
                    lease_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    jobs = table.Column<string>(type: "text", nullable: false),
                    remaining = table.Column<int>(type: "integer", nullable: false),
                    concurrency = table.Column<int>(type: "integer", nullable: false),
                    calls_per_second = table.Column<double>(type: "double precision", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    probe = table.Column<bool>(type: "boolean", nullable: false),
                    lost = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_slices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "tenants",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    weight = table.Column<double>(type: "double precision", nullable: false),
                    paused = table.Column<bool>(type: "boolean", nullable: false),
                    pause_reason = table.Column<string>(type: "text", nullable: true),
                    callback = table.Column<string>(type: "text", nullable: true),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    quotas = table.Column<string>(type: "text", nullable: true),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenants", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "upstreams",
                columns: table => new
                {
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    definition = table.Column<string>(type: "text", nullable: true),
                    configured = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upstreams", x => new { x.@namespace, x.version });
                });

            migrationBuilder.CreateIndex(
                name: "ix_actions_ended_at",
                table: "actions",
                column: "ended_at",
                filter: "ended_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_actions_lease_until",
                table: "actions",
                column: "lease_until",
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_actions_tenant_number",
                table: "actions",
                columns: new[] { "tenant", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_activity_at",
                table: "activity",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_appends_uploader",
                table: "appends",
                column: "uploader",
                filter: "uploader IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_at",
                table: "audit",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_audit_resource_number",
                table: "audit",
                columns: new[] { "resource", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_tenant_number",
                table: "audit",
                columns: new[] { "tenant", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_called_back",
                table: "batches",
                column: "updated_at",
                filter: "callback IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_batches_created_at_number",
                table: "batches",
                columns: new[] { "created_at", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_deleted_at",
                table: "batches",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_batches_number",
                table: "batches",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_batches_state_created_at_number",
                table: "batches",
                columns: new[] { "state", "created_at", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_stop_owed",
                table: "batches",
                column: "stop_owed",
                filter: "stop_owed");

            migrationBuilder.CreateIndex(
                name: "ix_batches_tenant_created_at_number",
                table: "batches",
                columns: new[] { "tenant", "created_at", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_tenant_ended_at_number",
                table: "batches",
                columns: new[] { "tenant", "ended_at", "number" },
                filter: "ended_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_batches_tenant_name_number",
                table: "batches",
                columns: new[] { "tenant", "name", "number" },
                filter: "name IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_batches_tenant_number",
                table: "batches",
                columns: new[] { "tenant", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_tenant_state_created_at_number",
                table: "batches",
                columns: new[] { "tenant", "state", "created_at", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_waiting",
                table: "batches",
                column: "tenant",
                filter: "run = 0");

            migrationBuilder.CreateIndex(
                name: "ix_dataset_contents_dataset",
                table: "dataset_contents",
                column: "dataset");

            migrationBuilder.CreateIndex(
                name: "ix_dataset_contents_uploader",
                table: "dataset_contents",
                column: "uploader",
                filter: "lease_until IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_datasets_tenant_number",
                table: "datasets",
                columns: new[] { "tenant", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_batch_run_epoch_seq",
                table: "deliveries",
                columns: new[] { "batch", "run", "epoch", "seq" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_due_at",
                table: "deliveries",
                column: "due_at",
                filter: "state = 'waiting'");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_tenant",
                table: "deliveries",
                column: "tenant",
                filter: "state = 'waiting'");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_tenant_created_at",
                table: "deliveries",
                columns: new[] { "tenant", "created_at" },
                filter: "state IN ('failed', 'held')");

            migrationBuilder.CreateIndex(
                name: "ix_expansions_batch",
                table: "expansions",
                column: "batch");

            migrationBuilder.CreateIndex(
                name: "ix_expansions_created_at",
                table: "expansions",
                column: "created_at",
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_failures_code_tenant_batch",
                table: "failures",
                columns: new[] { "code", "tenant", "batch" });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_batch_id",
                table: "idempotency",
                column: "batch_id");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_batch_custom_id",
                table: "jobs",
                columns: new[] { "batch", "custom_id" },
                filter: "custom_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_batch_deadline_seconds",
                table: "jobs",
                columns: new[] { "batch", "deadline_seconds" },
                filter: "deadline_seconds IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_keys_number",
                table: "keys",
                column: "number");

            migrationBuilder.CreateIndex(
                name: "ix_keys_tenant_number",
                table: "keys",
                columns: new[] { "tenant", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_lanes_open",
                table: "lanes",
                columns: new[] { "tenant", "priority", "batch" },
                filter: "active AND open");

            migrationBuilder.CreateIndex(
                name: "ix_lanes_retry_at",
                table: "lanes",
                column: "retry_at",
                filter: "active AND retry_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_outcomes_batch_run_seq",
                table: "outcomes",
                columns: new[] { "batch", "run", "seq" },
                unique: true,
                filter: "seq > 0");

            migrationBuilder.CreateIndex(
                name: "ix_outcomes_failed",
                table: "outcomes",
                columns: new[] { "batch", "run", "index" },
                filter: "state = 4");

            migrationBuilder.CreateIndex(
                name: "ix_retries_batch_run_namespace_due_at",
                table: "retries",
                columns: new[] { "batch", "run", "namespace", "due_at" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_created_at",
                table: "runs",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_runs_next_deadline",
                table: "runs",
                column: "next_deadline",
                filter: "settled_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_runs_stored",
                table: "runs",
                column: "tenant",
                filter: "NOT emptied");

            migrationBuilder.CreateIndex(
                name: "ix_runs_unsettled",
                table: "runs",
                column: "tenant",
                filter: "settled_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_next_at_batch",
                table: "schedules",
                columns: new[] { "next_at", "batch" },
                filter: "next_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_tenant_batch",
                table: "schedules",
                columns: new[] { "tenant", "batch" });

            migrationBuilder.CreateIndex(
                name: "ix_slices_batch_run",
                table: "slices",
                columns: new[] { "batch", "run" });

            migrationBuilder.CreateIndex(
                name: "ix_slices_state_lease_until",
                table: "slices",
                columns: new[] { "state", "lease_until" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "actions");

            migrationBuilder.DropTable(
                name: "activity");

            migrationBuilder.DropTable(
                name: "allowances");

            migrationBuilder.DropTable(
                name: "appends");

            migrationBuilder.DropTable(
                name: "audit");

            migrationBuilder.DropTable(
                name: "batches");

            migrationBuilder.DropTable(
                name: "dataset_contents");

            migrationBuilder.DropTable(
                name: "dataset_rows");

            migrationBuilder.DropTable(
                name: "datasets");

            migrationBuilder.DropTable(
                name: "deliveries");

            migrationBuilder.DropTable(
                name: "delivery_attempts");

            migrationBuilder.DropTable(
                name: "expansions");

            migrationBuilder.DropTable(
                name: "failing_receivers");

            migrationBuilder.DropTable(
                name: "failures");

            migrationBuilder.DropTable(
                name: "gates");

            migrationBuilder.DropTable(
                name: "idempotency");

            migrationBuilder.DropTable(
                name: "jobs");

            migrationBuilder.DropTable(
                name: "keyring");

            migrationBuilder.DropTable(
                name: "keys");

            migrationBuilder.DropTable(
                name: "lanes");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "outcomes");

            migrationBuilder.DropTable(
                name: "retries");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "schedules");

            migrationBuilder.DropTable(
                name: "sequences");

            migrationBuilder.DropTable(
                name: "slices");

            migrationBuilder.DropTable(
                name: "tenants");

            migrationBuilder.DropTable(
                name: "upstreams");
        }
    }
}
