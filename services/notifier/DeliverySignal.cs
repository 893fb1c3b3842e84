using System.Threading.Channels;

namespace BatchPlatform.Notifier;

/// <summary>Wakes <see cref="DeliveryClock"/>; many calls before it looks are one.</summary>
public sealed class DeliverySignal
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wakes.Writer.TryWrite(true);

    internal IAsyncEnumerable<bool> WakesAsync(CancellationToken cancellationToken) => _wakes.Reader.ReadAllAsync(cancellationToken);
}
