namespace BatchPlatform.Client;

/// <summary>Callbacks owed and sent.</summary>
public sealed class DeliveriesClient
{
    private readonly Transport _transport;

    internal DeliveriesClient(Transport transport) => _transport = transport;

    /// <summary>A batch's callbacks with every attempt, newest first.</summary>
    public IAsyncEnumerable<Delivery> ListAsync(Guid batch, CancellationToken cancellationToken = default) =>
        _transport.ListAsync<Delivery>($"{BatchesClient.PathOf(batch)}/deliveries", default, cancellationToken);

    /// <summary>Sends a callback again, whatever became of it.</summary>
    public Task ResendAsync(Guid delivery, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Resent>(HttpMethod.Post, $"/v1/deliveries/{delivery:D}/resend", body: null, cancellationToken);

    /// <summary>Sends again what failed or was held back in a time range; how many.</summary>
    public async Task<int> ResendAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        (await _transport.SendAsync<Resent>(HttpMethod.Post, "/v1/deliveries/resend", new { from, to }, cancellationToken)).Deliveries;

    private sealed record Resent(int Deliveries);
}
