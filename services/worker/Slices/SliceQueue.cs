using MassTransit;

namespace BatchPlatform.Worker.Slices;

/// <summary>Where slices come from, so that it can be closed while the rest of the bus is still up.</summary>
internal sealed class SliceQueue : IReceiveEndpointObserver
{
    private IReceiveEndpoint? _endpoint;

    /// <summary>Takes no more slices; completes when those in hand have been given up.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) => _endpoint?.Stop(cancellationToken) ?? Task.CompletedTask;

    public Task Ready(ReceiveEndpointReady ready)
    {
        _endpoint = ready.ReceiveEndpoint;
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
