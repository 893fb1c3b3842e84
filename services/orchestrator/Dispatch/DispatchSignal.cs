using System.Threading.Channels;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>Wakes the dispatcher: there is something new to cut, or room for it. Many wakes before it looks count as one.</summary>
public sealed class DispatchSignal
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _leftSome = true;

    /// <summary>Wakes the dispatcher: there is something new to cut.</summary>
    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Wakes the dispatcher if it had to leave something uncut: a slice has ended, and what it took up is free.</summary>
    public void MakeRoom()
    {
        if (_leftSome)
        {
            Wake();
        }
    }

    /// <summary>Notes, before it looks for lanes, that the dispatcher may leave some; and after, whether it did.</summary>
    internal void Left(bool some) => _leftSome = some;

    /// <summary>Waits for a wake, at most so long.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _wakes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look without having been asked.
        }
    }
}
