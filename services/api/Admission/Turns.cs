using System.Threading.RateLimiting;

namespace BatchPlatform.Api.Admission;

/// <summary>So many requests at once, so many that wait, none of them longer than so long.</summary>
internal sealed class Turns(int atOnce, int waiting, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = atOnce,
        QueueLimit = waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for a turn, which lasts until it is disposed of; null when there is none in time.</summary>
    /// <exception cref="OperationCanceledException">The client went.</exception>
    public async ValueTask<IDisposable?> TakeAsync(CancellationToken cancellationToken)
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
            var later = await _limiter.AcquireAsync(permitCount: 1, either.Token);
            return later.IsAcquired ? later : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _limiter.Dispose();
}
