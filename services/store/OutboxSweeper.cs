using BatchPlatform.Defaults;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>Removes confirmed messages from the outbox and publishes what a crash left there.</summary>
public sealed class OutboxSweeper(BatchStore store, OutboxRelay relay, TimeProvider time, ILogger<OutboxSweeper> logger) : Clock(time, logger)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    protected override TimeSpan Period => TimeSpan.FromSeconds(1);

    public override Task TickAsync(CancellationToken cancellationToken) => relay.SweepAsync(store, Age, cancellationToken);
}
