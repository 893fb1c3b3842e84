using System.Threading.Channels;

namespace BatchPlatform.Notifier;

/// <summary>Wakes <see cref="DeliveryClock"/>; many calls before it wakes are one.</summary>
public sealed class DeliverySignal
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _look;

    /// <summary>There may be something due in the store.</summary>
    public void Look()
    {
        Interlocked.Exchange(ref _look, 1);
        Wake();
    }

    /// <summary>A delivery has ended: another may take its turn.</summary>
    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Whether <see cref="Look"/> was called since the last time.</summary>
    internal bool TakeLook() => Interlocked.Exchange(ref _look, 0) == 1;

    internal IAsyncEnumerable<bool> WakesAsync(CancellationToken cancellationToken) => _wakes.Reader.ReadAllAsync(cancellationToken);
}
