using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Slices;

/// <summary>A slice in this worker's hands: whether it may begin calls, and whether those in flight may end.</summary>
/// <param name="grant">The slice.</param>
/// <param name="lease">Calls may begin this long after the slice was taken, then after the last answered heartbeat was sent.</param>
/// <param name="time">Its monotonic clock measures the lease.</param>
#pragma warning disable CA1001 // The sources own no timer or handle, and a broadcast may reach them after the slice has ended.
internal sealed class HeldSlice(RunSlice grant, TimeSpan lease, TimeProvider time)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _halt = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _takenAt = time.GetTimestamp();
    private long _leaseFrom = time.GetTimestamp();
    private volatile bool _announced;
    private volatile bool _lost;

    public RunSlice Grant => grant;

    /// <summary>Checked before every call: nothing told it to stop, and its lease has not run out.</summary>
    public bool MayBegin => !_halt.IsCancellationRequested && time.GetElapsedTime(Volatile.Read(ref _leaseFrom)) < lease;

    /// <summary>An orchestrator has answered a heartbeat that named it.</summary>
    public bool Announced => _announced;

    /// <summary>An orchestrator said that this worker does not hold it: nothing it says of the slice counts any more.</summary>
    public bool Lost => _lost;

    /// <summary>Since it was taken.</summary>
    public TimeSpan Age => time.GetElapsedTime(_takenAt);

    /// <summary>Begin no more calls.</summary>
    public CancellationToken Halted => _halt.Token;

    /// <summary>End the calls in flight too.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>Nothing of it is in hand any more.</summary>
    public Task Ended => _ended.Task;

    public void Halt() => _halt.Cancel();

    public void Abort()
    {
        _halt.Cancel();
        _abort.Cancel();
    }

    /// <summary>A heartbeat sent at that timestamp was answered: the slice is held.</summary>
    public void Renew(long sentAt)
    {
        Volatile.Write(ref _leaseFrom, sentAt);
        _announced = true;
    }

    /// <summary>A heartbeat was answered: the slice is not held.</summary>
    public void Lose()
    {
        _announced = true;
        _lost = true;
        _halt.Cancel();
    }

    public void End() => _ended.TrySetResult();
}
