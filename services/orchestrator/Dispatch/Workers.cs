using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>Which workers are there and how many slices they can run at once, as they announced it.</summary>
public sealed class Workers(TimeProvider time, IOptions<OrchestratorOptions> options)
{
    private readonly ConcurrentDictionary<Guid, (int Slots, long SeenAt)> _seen = new();

    /// <summary>Slots of all workers that have announced themselves lately.</summary>
    public int Slots
    {
        get
        {
            foreach (var (worker, (_, seenAt)) in _seen)
            {
                if (time.GetElapsedTime(seenAt) > TimeSpan.FromSeconds(options.Value.WorkerSeconds))
                {
                    _seen.TryRemove(worker, out _);
                }
            }

            return _seen.Values.Sum(worker => worker.Slots);
        }
    }

    /// <summary>Notes an announcement; true when the worker is new or changed.</summary>
    public bool Announce(WorkerAnnounced worker)
    {
        var known = _seen.TryGetValue(worker.WorkerId, out var before) && before.Slots == worker.Slots;
        _seen[worker.WorkerId] = (worker.Slots, time.GetTimestamp());
        return !known;
    }
}

/// <summary>Hears workers announce themselves; each orchestrator hears them all.</summary>
public sealed class WorkerAnnouncements(Workers workers, DispatchSignal signal) : IConsumer<WorkerAnnounced>
{
    public Task Consume(ConsumeContext<WorkerAnnounced> context)
    {
        if (workers.Announce(context.Message))
        {
            signal.Wake();
        }

        return Task.CompletedTask;
    }
}
