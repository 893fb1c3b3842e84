using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Slices;

/// <summary>The slices in this worker's hands.</summary>
internal sealed class HeldSlices(StoppedRuns stopped, IOptions<WorkerOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, HeldSlice> _held = new();
    private readonly ConcurrentDictionary<string, (long Since, TimeSpan For)> _left = new(StringComparer.Ordinal);
    private volatile bool _draining;

    public IEnumerable<HeldSlice> All => _held.Values;

    /// <summary>Takes a slice; one of a stopped run may begin nothing from the start.</summary>
    /// <returns>Null when the slice is already here and at work: the message is a copy.</returns>
    public async Task<HeldSlice?> TakeAsync(RunSlice grant)
    {
        var slice = new HeldSlice(grant, options.Value.Lease, time);
        while (_held.GetOrAdd(grant.SliceId, slice) is var present && present != slice)
        {
            if (present.MayBegin)
            {
                return null;
            }

            // It was lost or handed back here and is granted again. What was begun under the old grant ends before the new one begins.
            await present.Ended;
            slice = new HeldSlice(grant, options.Value.Lease, time);
        }

        // Asked only now that a stop which arrives from here on finds the slice.
        if (_draining || stopped.Covers(grant) || IsLeft(grant.Namespace))
        {
            slice.Halt();
        }

        return slice;
    }

    public void Release(HeldSlice slice)
    {
        _held.TryRemove(KeyValuePair.Create(slice.Grant.SliceId, slice));
        slice.End();
    }

    /// <summary>Begins no more jobs of a run, here and in slices that are still to come.</summary>
    public void Stop(StopRun stop)
    {
        stopped.Remember(stop);
        foreach (var slice in _held.Values.Where(slice => stop.Covers(slice.Grant)))
        {
            if (stop.Abort)
            {
                slice.Abort();
            }
            else
            {
                slice.Halt();
            }
        }
    }

    /// <summary>Begins no more calls to an upstream for so long.</summary>
    public void Leave(LeaveUpstream leave)
    {
        _left[leave.Namespace] = (time.GetTimestamp(), TimeSpan.FromSeconds(leave.Seconds));
        foreach (var slice in _held.Values.Where(slice => slice.Grant.Namespace == leave.Namespace))
        {
            slice.Halt();
        }
    }

    /// <summary>Begins no more jobs of any run.</summary>
    public void Drain()
    {
        _draining = true;
        foreach (var slice in _held.Values)
        {
            slice.Halt();
        }
    }

    /// <summary>Ends all calls in flight.</summary>
    public void Abort()
    {
        foreach (var slice in _held.Values)
        {
            slice.Abort();
        }
    }

    /// <summary>Completes when all slices now in hand have ended.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(_held.Values.Select(slice => slice.Ended));

    private bool IsLeft(string ns) => _left.TryGetValue(ns, out var left) && time.GetElapsedTime(left.Since) < left.For;
}
