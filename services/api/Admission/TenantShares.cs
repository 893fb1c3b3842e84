namespace BatchPlatform.Api.Admission;

/// <summary>So many requests at once for each tenant.</summary>
internal sealed class TenantShares(int each)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>Counts one more of a tenant, unless it has as many as it may.</summary>
    public bool TryTake(string tenant)
    {
        lock (_lock)
        {
            var taken = _taken.GetValueOrDefault(tenant);
            if (taken >= each)
            {
                return false;
            }

            _taken[tenant] = taken + 1;
            return true;
        }
    }

    /// <summary>Counts one less.</summary>
    public void Return(string tenant)
    {
        lock (_lock)
        {
            // A tenant that has none is not remembered.
            if (_taken[tenant] == 1)
            {
                _taken.Remove(tenant);
            }
            else
            {
                _taken[tenant]--;
            }
        }
    }
}
