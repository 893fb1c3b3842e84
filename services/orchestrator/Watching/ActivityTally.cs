using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Store.Watching;

namespace BatchPlatform.Orchestrator.Watching;

/// <summary>Counts outcomes by tenant and step, and keeps what was seen waiting, until <see cref="ActivityClock"/> writes them down.</summary>
public sealed class ActivityTally(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(ActivityStep.Seconds);

    private readonly Lock _lock = new();
    private readonly Guid _orchestrator = Guid.NewGuid();
    private Dictionary<(string Tenant, DateTime At), ActivityStep> _steps = [];

    /// <summary>Notes outcomes that were stored.</summary>
    public void Add(string tenant, IReadOnlyList<PackedOutcome> outcomes)
    {
        var completed = outcomes.Count(outcome => outcome.Completed);
        AddAll([new ActivityStep
        {
            Tenant = tenant,
            At = StepOf(time.GetUtcNow().UtcDateTime),
            Orchestrator = _orchestrator,
            Completed = completed,
            Failed = outcomes.Count - completed,
            Durations = CallDurations.Of(outcomes.Where(outcome => outcome.Attempts > 0).Select(outcome => outcome.DurationMs)),
        }]);
    }

    /// <summary>Notes what waits now.</summary>
    public void Look(IEnumerable<TenantBacklog> backlogs)
    {
        var now = StepOf(time.GetUtcNow().UtcDateTime);
        AddAll([.. backlogs.Select(backlog => new ActivityStep
        {
            Tenant = backlog.Tenant,
            At = now,
            Orchestrator = _orchestrator,
            Pending = backlog.Pending,
            Queued = backlog.Queued,
            Processing = backlog.Processing,
        })]);
    }

    /// <summary>Adds counts to the steps that they belong to.</summary>
    public void AddAll(IReadOnlyList<ActivityStep> steps)
    {
        lock (_lock)
        {
            foreach (var step in steps)
            {
                Add(step);
            }
        }
    }

    /// <summary>Takes the steps that are over; with those that are not when this is the last time.</summary>
    public IReadOnlyList<ActivityStep> Take(bool all = false)
    {
        var now = StepOf(time.GetUtcNow().UtcDateTime);
        lock (_lock)
        {
            var taken = _steps.Values.Where(step => all || step.At < now).ToList();
            _steps = all ? [] : _steps.Where(entry => entry.Key.At >= now).ToDictionary();
            return taken;
        }
    }

    private void Add(ActivityStep more)
    {
        if (_steps.TryAdd((more.Tenant, more.At), more))
        {
            return;
        }

        var step = _steps[(more.Tenant, more.At)];
        step.Completed += more.Completed;
        step.Failed += more.Failed;
        step.Durations = step.Durations.With(more.Durations);
        step.Pending = Math.Max(step.Pending, more.Pending);
        step.Queued = Math.Max(step.Queued, more.Queued);
        step.Processing = Math.Max(step.Processing, more.Processing);
    }

    private static DateTime StepOf(DateTime at) => new(at.Ticks - (at.Ticks % Step.Ticks), DateTimeKind.Utc);
}
