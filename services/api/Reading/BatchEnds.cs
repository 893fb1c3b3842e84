using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>Waits for batches to end, so that their clients need not ask again and again.</summary>
internal sealed class BatchEnds(BatchStore store, EndNews news, TimeProvider clock, IHostApplicationLifetime host)
{
    /// <summary>Seconds that a request may wait, at most.</summary>
    public const int MostSeconds = 60;

    // News of the end comes by a message, which may be lost. So the batch is looked at again now and then: the longer it has taken, the later.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private const int PartOfElapsed = 10;

    // By the id alone, of which PostgreSQL knows that it finds one row, whatever it knows of tenants.
    private readonly Func<StoreDb, Guid, CancellationToken, Task<Standing?>> _standing = EF.CompileAsyncQuery((StoreDb db, Guid id, CancellationToken _) =>
        db.Batches.Where(batch => batch.CorrelationId == id && batch.DeletedAt == null).Select(batch => new Standing(batch.Tenant, batch.CurrentState)).SingleOrDefault());

    /// <summary>Returns when the tenant's batch is Finished or Stopped, when there is no such batch, after so long, or when this process ends.</summary>
    public async Task WaitAsync(string tenant, Guid id, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token, host.ApplicationStopping);
        using var waiting = news.Of(id);
        var start = clock.GetTimestamp();
        try
        {
            while (await GoesOnAsync(tenant, id, either.Token))
            {
                await waiting.PauseAsync(Pause(clock.GetElapsedTime(start)), clock, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The client is told how far the batch is, and asks again.
        }
    }

    private async Task<bool> GoesOnAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await _standing(db, id, cancellationToken) is { State: not (nameof(BatchState.Finished) or nameof(BatchState.Stopped)) } batch && batch.Tenant == tenant;
    }

    private static TimeSpan Pause(TimeSpan elapsed) => TimeSpan.FromTicks(Math.Clamp(elapsed.Ticks / PartOfElapsed, Shortest.Ticks, Longest.Ticks));

    private sealed record Standing(string Tenant, string State);
}
