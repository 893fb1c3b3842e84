using System.Globalization;
using System.Threading.RateLimiting;

namespace BatchPlatform.Defaults.Edge;

/// <summary>
/// A token bucket for each client of one kind. Buckets that are full again are dropped after ten seconds; while there are too many
/// of them, all clients share some, so that made-up credentials cannot fill the memory.
/// </summary>
internal sealed class RequestCounts : IDisposable
{
    private const int Shared = 1024;
    private const double ShortestPeriod = 0.1;

    private readonly string _policy;
    private readonly RateLimit _limit;
    private readonly PartitionedRateLimiter<UInt128> _buckets;
    private int _count;

    /// <param name="policy">What the RateLimit headers call it.</param>
    /// <param name="limit">The size of each bucket; more than 0 requests.</param>
    /// <param name="tracked">Buckets, at most.</param>
    public RequestCounts(string policy, RateLimit limit, int tracked)
    {
        (_policy, _limit) = (policy, limit);
        Policy = string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";q={limit.Requests};w={Math.Ceiling(limit.Seconds)}");
        _buckets = PartitionedRateLimiter.Create<UInt128, UInt128>(
            client => RateLimitPartition.Get(Count < tracked ? client : client % Shared, _ => new Bucket(this)));
    }

    /// <summary>Buckets there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The limit as a RateLimit-Policy header tells it.</summary>
    public string Policy { get; }

    /// <summary>Counts one request.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="wait">When it is too many, how long until the next may come.</param>
    /// <returns>Whether it may be made.</returns>
    public bool TryCount(UInt128 client, out TimeSpan wait)
    {
        using var lease = _buckets.AttemptAcquire(client);
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var period) ? period : TimeSpan.Zero;
        return lease.IsAcquired;
    }

    /// <summary>What a client has left, as a RateLimit header tells it: requests, and seconds until all of them are back.</summary>
    public string Left(UInt128 client)
    {
        var left = _buckets.GetStatistics(client)?.CurrentAvailablePermits ?? _limit.Requests;
        var seconds = Math.Ceiling((_limit.Requests - left) * _limit.Seconds / _limit.Requests);
        return string.Create(CultureInfo.InvariantCulture, $"\"{_policy}\";r={left};t={seconds}");
    }

    public void Dispose() => _buckets.Dispose();

    private TokenBucketRateLimiterOptions Size()
    {
        // Whole requests come back, as often as that allows.
        var each = Math.Max(1, (int)(_limit.Requests * ShortestPeriod / _limit.Seconds));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = _limit.Requests,
            TokensPerPeriod = each,
            ReplenishmentPeriod = TimeSpan.FromSeconds(each * _limit.Seconds / _limit.Requests),
            QueueLimit = 0,
            AutoReplenishment = false, // Whoever holds the buckets does it for all of them.
        };
    }

    /// <summary>A bucket that is counted while it lives.</summary>
    private sealed class Bucket : ReplenishingRateLimiter
    {
        private readonly RequestCounts _counts;
        private readonly TokenBucketRateLimiter _tokens;
        private int _disposed;

        public Bucket(RequestCounts counts)
        {
            (_counts, _tokens) = (counts, new TokenBucketRateLimiter(counts.Size()));
            Interlocked.Increment(ref counts._count);
        }

        public override TimeSpan? IdleDuration => _tokens.IdleDuration;

        public override TimeSpan ReplenishmentPeriod => _tokens.ReplenishmentPeriod;

        public override bool IsAutoReplenishing => _tokens.IsAutoReplenishing;

        public override bool TryReplenish() => _tokens.TryReplenish();

        public override RateLimiterStatistics? GetStatistics() => _tokens.GetStatistics();

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => _tokens.AttemptAcquire(permitCount);

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
            _tokens.AcquireAsync(permitCount, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                Interlocked.Decrement(ref _counts._count);
                _tokens.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
