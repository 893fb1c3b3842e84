using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BatchPlatform.Store;

/// <summary>The one database. Each table has one writer, named in its type's comment; everybody may read.</summary>
public abstract partial class StoreDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Batch> Batches => Set<Batch>();
    public DbSet<Allowance> Allowances => Set<Allowance>();
    public DbSet<SpentCommand> SpentCommands => Set<SpentCommand>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<Append> Appends => Set<Append>();
    public DbSet<Dataset> Datasets => Set<Dataset>();
    public DbSet<DatasetContent> DatasetContents => Set<DatasetContent>();
    public DbSet<DatasetRow> DatasetRows => Set<DatasetRow>();
    public DbSet<Expansion> Expansions => Set<Expansion>();
    public DbSet<BulkAction> Actions => Set<BulkAction>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<Lane> Lanes => Set<Lane>();
    public DbSet<Slice> Slices => Set<Slice>();
    public DbSet<Outcome> Outcomes => Set<Outcome>();
    public DbSet<Failure> Failures => Set<Failure>();
    public DbSet<Retry> Retries => Set<Retry>();
    public DbSet<ScheduledBatch> Schedules => Set<ScheduledBatch>();
    public DbSet<Gate> Gates => Set<Gate>();
    public DbSet<UpstreamVersion> Upstreams => Set<UpstreamVersion>();
    public DbSet<Tenant> Tenants => Set<Tenant>();
    public DbSet<ApiKey> Keys => Set<ApiKey>();
    public DbSet<IdempotentRequest> Idempotency => Set<IdempotentRequest>();
    public DbSet<Sequence> Sequences => Set<Sequence>();
    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<DeliveryAttempt> DeliveryAttempts => Set<DeliveryAttempt>();
    public DbSet<FailingReceiver> FailingReceivers => Set<FailingReceiver>();
    public DbSet<KeyRingElement> KeyRing => Set<KeyRingElement>();
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();
    public DbSet<ActivityStep> Activity => Set<ActivityStep>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Batch>(batch =>
        {
            batch.HasKey(b => b.CorrelationId);
            batch.Property(b => b.CorrelationId).HasColumnName("id").ValueGeneratedNever();
            batch.Property(b => b.Version).IsConcurrencyToken();
            batch.Property(b => b.CurrentState).HasColumnName("state").HasMaxLength(20);
            batch.HasIndex(b => b.Number).IsUnique();
            batch.HasIndex(b => new { b.Tenant, b.Number });
            batch.HasIndex(b => new { b.Tenant, b.CreatedAt, b.Number });
            batch.HasIndex(b => new { b.Tenant, b.CurrentState, b.CreatedAt, b.Number });
            batch.HasIndex(b => new { b.Tenant, b.Name, b.Number }).HasFilter("name IS NOT NULL");
            batch.HasIndex(b => new { b.Tenant, b.EndedAt, b.Number }).HasFilter("ended_at IS NOT NULL");
            batch.HasIndex(b => new { b.CreatedAt, b.Number });
            batch.HasIndex(b => new { b.CurrentState, b.CreatedAt, b.Number });
            batch.HasIndex(b => b.StopOwed).HasFilter(Is("stop_owed"));
            batch.HasIndex(b => b.DeletedAt).HasFilter("deleted_at IS NOT NULL");
            batch.HasIndex(b => b.UpdatedAt).HasDatabaseName("ix_batches_called_back").HasFilter("callback IS NOT NULL");
            batch.HasIndex(b => b.Tenant).HasDatabaseName("ix_batches_waiting").HasFilter("run = 0");
            Json(batch.Property(b => b.Options));
            Json(batch.Property(b => b.Callback));
            Json(batch.Property(b => b.Lanes));
            Json(batch.Property(b => b.Replies));
            Json(batch.Property(b => b.Schedule));
            Json(batch.Property(b => b.Fires));
        });
        modelBuilder.Entity<SpentCommand>(spent =>
        {
            spent.Property(s => s.Id).ValueGeneratedNever();
            spent.HasIndex(s => s.At);
        });
        modelBuilder.Entity<Job>(job =>
        {
            job.HasKey(j => new { j.Batch, j.Index, j.AddedRev });
            job.HasIndex(j => new { j.Batch, j.CustomId }).HasFilter("custom_id IS NOT NULL");
            job.HasIndex(j => new { j.Batch, j.DeadlineSeconds }).HasFilter("deadline_seconds IS NOT NULL");
        });
        modelBuilder.Entity<Append>(append =>
        {
            append.HasKey(a => a.Batch);
            append.Property(a => a.Batch).ValueGeneratedNever();
            append.HasIndex(a => a.Uploader).HasFilter("uploader IS NOT NULL");
        });
        modelBuilder.Entity<Dataset>(dataset =>
        {
            dataset.Property(d => d.Id).ValueGeneratedNever();
            dataset.HasIndex(d => new { d.Tenant, d.Number });
        });
        modelBuilder.Entity<DatasetContent>(content =>
        {
            content.HasKey(c => c.Number);
            content.Property(c => c.Number).ValueGeneratedNever();
            content.HasIndex(c => c.Dataset);
            content.HasIndex(c => c.Uploader).HasFilter("lease_until IS NOT NULL");
        });
        modelBuilder.Entity<DatasetRow>().HasKey(r => new { r.Content, r.Index });
        modelBuilder.Entity<Expansion>(expansion =>
        {
            expansion.Property(e => e.Id).ValueGeneratedNever();
            expansion.HasIndex(e => e.Batch);
            expansion.HasIndex(e => e.CreatedAt).HasFilter("ended_at IS NULL");
            Json(expansion.Property(e => e.Actor));
        });
        modelBuilder.Entity<BulkAction>(action =>
        {
            action.ToTable("actions");
            action.Property(a => a.Id).ValueGeneratedNever();
            action.HasIndex(a => new { a.Tenant, a.Number });
            action.HasIndex(a => a.LeaseUntil).HasFilter("ended_at IS NULL");
            action.HasIndex(a => a.EndedAt).HasFilter("ended_at IS NOT NULL");
            Json(action.Property(a => a.Actor));
        });
        modelBuilder.Entity<Run>(run =>
        {
            run.HasKey(r => new { r.Batch, r.Number });
            run.HasIndex(r => r.NextDeadline).HasFilter("settled_at IS NULL");
            run.HasIndex(r => r.CreatedAt);
            run.HasIndex(r => new { r.Batch, r.Root });
            run.HasIndex(r => r.Tenant, "ix_runs_unsettled").HasFilter("settled_at IS NULL");
            run.HasIndex(r => r.Tenant, "ix_runs_stored").HasFilter(IsNot("emptied"));
        });
        modelBuilder.Entity<Lane>(lane =>
        {
            lane.HasKey(l => new { l.Batch, l.Run, l.Namespace });
            lane.HasIndex(l => new { l.Tenant, l.Namespace, l.Priority, l.Batch, l.Run }).IsDescending(false, false, true, false, false)
                .HasDatabaseName("ix_lanes_runnable").HasFilter($"{Is("active")} AND {Is("open")}");
            lane.HasIndex(l => l.RetryAt).HasFilter($"{Is("active")} AND retry_at IS NOT NULL");
        });
        modelBuilder.Entity<Slice>(slice =>
        {
            slice.Property(s => s.Id).ValueGeneratedNever();
            slice.HasIndex(s => new { s.Batch, s.Run });
            slice.HasIndex(s => new { s.State, s.LeaseUntil });
            slice.Property(s => s.Jobs).HasConversion(
                jobs => jobs.ToString(),
                text => SliceJobs.Parse(text),
                new ValueComparer<SliceJobs>((left, right) => ReferenceEquals(left, right), jobs => jobs.Ranges.Count, jobs => jobs));
        });
        modelBuilder.Entity<Outcome>(outcome =>
        {
            outcome.HasKey(o => new { o.Batch, o.Run, o.Index });
            outcome.HasIndex(o => new { o.Batch, o.Run, o.Seq }).IsUnique();
            outcome.HasIndex(o => new { o.Batch, o.Run, o.Index }, "ix_outcomes_failed").HasFilter($"state = {(int)JobState.Failed}");
        });
        modelBuilder.Entity<Failure>(failure =>
        {
            failure.HasKey(f => new { f.Batch, f.Run, f.Code });
            failure.HasIndex(f => new { f.Code, f.Tenant, f.Batch });
        });
        modelBuilder.Entity<Retry>(retry =>
        {
            retry.HasKey(r => new { r.Batch, r.Run, r.Index });
            retry.HasIndex(r => new { r.Batch, r.Run, r.Namespace, r.DueAt });
        });
        modelBuilder.Entity<ScheduledBatch>(schedule =>
        {
            schedule.ToTable("schedules");
            schedule.HasKey(s => s.Batch);
            schedule.Property(s => s.Batch).ValueGeneratedNever();
            schedule.HasIndex(s => new { s.Tenant, s.Batch });
            schedule.HasIndex(s => new { s.NextAt, s.Batch }).HasFilter("next_at IS NOT NULL");
        });
        modelBuilder.Entity<Gate>().HasKey(g => g.Namespace);
        modelBuilder.Entity<UpstreamVersion>(upstream =>
        {
            upstream.ToTable("upstreams");
            upstream.HasKey(u => new { u.Namespace, u.Version });
        });
        modelBuilder.Entity<Tenant>(tenant =>
        {
            tenant.HasKey(t => t.Name);
            Json(tenant.Property(t => t.Callback));
            Json(tenant.Property(t => t.Quotas));
        });
        modelBuilder.Entity<Allowance>().HasKey(a => a.Tenant);
        modelBuilder.Entity<ApiKey>(key =>
        {
            key.ToTable("keys");
            key.HasIndex(k => k.Number);
            key.HasIndex(k => new { k.Tenant, k.Number });
        });
        modelBuilder.Entity<AuditEntry>(entry =>
        {
            entry.HasKey(e => e.Number);
            entry.HasIndex(e => e.At);
            entry.HasIndex(e => new { e.Tenant, e.Number });
            entry.HasIndex(e => new { e.Resource, e.Number });
        });
        modelBuilder.Entity<ActivityStep>(step =>
        {
            step.ToTable("activity");
            step.HasKey(s => new { s.Tenant, s.At, s.Orchestrator });
            step.HasIndex(s => s.At);
            step.Property(s => s.Durations).HasConversion(
                durations => durations.ToString(),
                text => CallDurations.Parse(text),
                new ValueComparer<CallDurations>((left, right) => ReferenceEquals(left, right), durations => durations.Counts.Count, durations => durations));
        });
        modelBuilder.Entity<IdempotentRequest>(request =>
        {
            request.ToTable("idempotency");
            request.HasKey(r => new { r.Tenant, r.Key });
            request.HasIndex(r => r.BatchId);
        });
        modelBuilder.Entity<Sequence>().HasKey(s => s.Name);
        modelBuilder.Entity<OutboxMessage>(message =>
        {
            message.ToTable("outbox");
            message.Property(m => m.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<Delivery>(delivery =>
        {
            delivery.Property(d => d.Id).ValueGeneratedNever();
            delivery.HasIndex(d => new { d.Batch, d.Run, d.Epoch, d.Seq }).IsUnique();
            delivery.HasIndex(d => d.DueAt).HasFilter("state = 'waiting'");
            delivery.HasIndex(d => d.Tenant).HasFilter("state = 'waiting'");
            delivery.HasIndex(d => new { d.Tenant, d.CreatedAt }).HasFilter("state IN ('failed', 'held')");
        });
        modelBuilder.Entity<DeliveryAttempt>(attempt =>
        {
            attempt.ToTable("delivery_attempts");
            attempt.HasKey(a => new { a.Delivery, a.Number });
        });
        modelBuilder.Entity<FailingReceiver>().Property(r => r.Id).ValueGeneratedNever();
        modelBuilder.Entity<KeyRingElement>(element =>
        {
            element.ToTable("keyring");
            element.HasKey(e => e.Number);
            element.Property(e => e.Number).ValueGeneratedNever();
        });
        SnakeCase.Apply(modelBuilder.Model);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<JobState>().HaveConversion<short>();
        configurationBuilder.Properties<ExpansionState>().HaveConversion<short>();
        configurationBuilder.Properties<BulkActionState>().HaveConversion<short>();
        configurationBuilder.Properties<SliceState>().HaveConversion<short>();
        configurationBuilder.Properties<FireResult>().HaveConversion<short>();
    }

    // The values are immutable, so a changed one is another object.
    private static void Json<T>(PropertyBuilder<T> property) =>
        property.HasConversion(
            value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
            text => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!,
            new ValueComparer<T>((left, right) => ReferenceEquals(left, right), value => value == null ? 0 : 1, value => value));

    /// <summary>SQLite hands times back without a kind; all of ours are UTC.</summary>
    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        value => value,
        value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
