using System.Threading.RateLimiting;

namespace BatchPlatform.Api.Admission;

/// <summary>So many requests at once, so many that wait, none of them longer than so long.</summary>
internal sealed class Turns(int atOnce, int waiting, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly Lock _joining = new();
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = atOnce,
        QueueLimit = int.MaxValue, // Who may join is decided below.
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for a turn, which lasts until it is disposed of; null when there is none in time.</summary>
    /// <param name="again">It had one before: it may wait however many others do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The client went.</exception>
    public async ValueTask<IDisposable?> TakeAsync(bool again, CancellationToken cancellationToken)
    {
        var now = _limiter.AttemptAcquire();
        if (now.IsAcquired)
        {
            return now;
        }

        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var later = await JoinAsync(again, either.Token);
            return later.IsAcquired ? later : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _limiter.Dispose();

    private ValueTask<RateLimitLease> JoinAsync(bool again, CancellationToken cancellationToken)
    {
        lock (_joining)
        {
            return again || _limiter.GetStatistics()!.CurrentQueuedCount < waiting
                ? _limiter.AcquireAsync(permitCount: 1, cancellationToken)
                : ValueTask.FromResult(_limiter.AttemptAcquire());
        }
    }
}
