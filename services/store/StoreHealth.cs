using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BatchPlatform.Store;

/// <summary>Ready means that the database answers a query on its own table, soon. One that takes no writes is told of.</summary>
internal sealed class StoreHealth(BatchStore store, TimeProvider time) : IHealthCheck
{
    // A database whose connections stay open while nothing flows would be waited for until a statement's own limit, longer than anybody asks.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Not until the driver has given up: it asks the database to end the statement, which may not answer that either.
            return await AskAsync(cancellationToken).WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", error);
        }
    }

    private async Task<HealthCheckResult> AskAsync(CancellationToken asked)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, asked);
        var cancellationToken = either.Token;
        await using var db = store.Read();
        await db.Sequences.AnyAsync(cancellationToken);
        return db is PostgresStoreDb && await IsReadOnlyAsync(db, cancellationToken)
            ? HealthCheckResult.Degraded("The database is read-only.")
            : HealthCheckResult.Healthy();
    }

    // As a standby is, or a server that was set so. What only reads goes on, so it is no reason to send nobody any requests.
    private static async Task<bool> IsReadOnlyAsync(StoreDb db, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<string>($"SHOW transaction_read_only").ToListAsync(cancellationToken) is ["on"];
}
