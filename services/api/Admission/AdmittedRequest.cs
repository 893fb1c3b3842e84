namespace BatchPlatform.Api.Admission;

/// <summary>A request that was let in, and what it takes up until it ends: a turn, a share of its tenant's, memory for its body.</summary>
/// <param name="turns">Where it takes its turn.</param>
/// <param name="kind">What it is one of, for who counts refusals.</param>
/// <param name="shares">How many of its kind a tenant may have at once; null when that is not counted.</param>
/// <param name="bodies">The memory for bodies.</param>
/// <param name="shed">Refuses it where there is no room.</param>
internal sealed class AdmittedRequest(Turns turns, string kind, TenantShares? shares, HeldBodies bodies, ShedRequests shed) : IDisposable
{
    private IDisposable? _turn;
    private bool _entered;
    private string? _tenant;
    private long _bytes;

    /// <summary>Waits for its turn, unless it has it.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: there is none in time.</exception>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        _turn ??= await turns.TakeAsync(_entered, cancellationToken) ?? throw shed.Refuse(kind);
        _entered = true;
    }

    /// <summary>Lets another have its turn, while its client keeps it waiting.</summary>
    public void Leave()
    {
        _turn?.Dispose();
        _turn = null;
    }

    /// <summary>Counts it as one of its tenant's.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: the tenant has as many of the kind as one tenant may.</exception>
    public void BelongTo(string tenant)
    {
        if (shares is null || _tenant is not null)
        {
            return;
        }

        if (!shares.TryTake(tenant))
        {
            throw shed.Refuse("tenant");
        }

        _tenant = tenant;
    }

    /// <summary>Takes more memory for its body.</summary>
    /// <param name="bytes">So much more.</param>
    /// <param name="size">What it is together.</param>
    /// <param name="isKnown">Whether it was authenticated.</param>
    /// <exception cref="ProblemException">503 OVERLOADED: all bodies together have no room for it.</exception>
    public void Hold(int bytes, int size, bool isKnown)
    {
        if (!bodies.TryAdd(bytes, size, isKnown))
        {
            throw shed.Refuse("body");
        }

        _bytes += bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        bodies.Remove(_bytes);
        if (_tenant is not null)
        {
            shares?.Return(_tenant);
        }
    }
}

/// <summary>Finds what a request takes up.</summary>
internal static class AdmittedRequests
{
    /// <summary>Says whose request it turns out to be.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: the tenant has as many of its kind as one tenant may.</exception>
    public static void BelongTo(this HttpContext context, string tenant) => context.Features.Get<AdmittedRequest>()?.BelongTo(tenant);
}
