namespace BatchPlatform.Client;

/// <summary>What operators do: keys and tenants, what is used, what waits, what could not be handled. Most of it needs a key with the scope admin.</summary>
public sealed class AdminClient
{
    private readonly Transport _transport;

    internal AdminClient(Transport transport) => _transport = transport;

    /// <summary>Keys of all tenants or of one, newest first; revoked ones stay listed.</summary>
    public IAsyncEnumerable<ApiKey> KeysAsync(string? tenant = null, CancellationToken cancellationToken = default) =>
        _transport.ListAsync<ApiKey>("/v1/keys", default(Query).With("tenant", tenant), cancellationToken);

    /// <summary>One page of keys.</summary>
    public Task<(IReadOnlyList<ApiKey> Items, string? NextCursor)> KeysPageAsync(
        string? tenant = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _transport.PageAsync<ApiKey>("/v1/keys", default(Query).With("tenant", tenant), limit, cursor, cancellationToken);

    /// <summary>Makes a key. <see cref="ApiKey.Key"/> of the answer is its text, which is never shown again.</summary>
    public Task<ApiKey> CreateKeyAsync(NewApiKey key, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<ApiKey>(HttpMethod.Post, "/v1/keys", key, cancellationToken);

    /// <summary>Revokes a key: within two seconds it lets nobody in.</summary>
    public async Task RevokeKeyAsync(string id, CancellationToken cancellationToken = default)
    {
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Delete, $"/v1/keys/{Uri.EscapeDataString(id)}"), cancellationToken);
    }

    /// <summary>All tenants, by name.</summary>
    public IAsyncEnumerable<Tenant> TenantsAsync(CancellationToken cancellationToken = default) => _transport.ListAsync<Tenant>("/v1/tenants", default, cancellationToken);

    /// <summary>One page of tenants.</summary>
    public Task<(IReadOnlyList<Tenant> Items, string? NextCursor)> TenantsPageAsync(int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _transport.PageAsync<Tenant>("/v1/tenants", default, limit, cursor, cancellationToken);

    /// <summary>A tenant's settings; the defaults for one that is not known.</summary>
    public Task<Tenant> GetTenantAsync(string name, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Tenant>(HttpMethod.Get, $"/v1/tenants/{Uri.EscapeDataString(name)}", body: null, cancellationToken);

    /// <summary>Sets a tenant's settings, all of them.</summary>
    public Task<Tenant> PutTenantAsync(Tenant tenant, CancellationToken cancellationToken = default) => _transport.SendAsync<Tenant>(
        HttpMethod.Put,
        $"/v1/tenants/{Uri.EscapeDataString(tenant.Name)}",
        new { tenant.Weight, tenant.Paused, tenant.PauseReason, tenant.Callback, tenant.TimeZone, tenant.Quotas },
        cancellationToken);

    /// <summary>How much of its quotas a tenant uses.</summary>
    /// <param name="tenant">Another than the key's own; for admins.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<Usage> UsageAsync(string? tenant = null, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Usage>(HttpMethod.Get, $"/v1/usage{default(Query).With("tenant", tenant)}", body: null, cancellationToken);

    /// <summary>How much was done in the last minutes, and what waits.</summary>
    public Task<Activity> ActivityAsync(int minutes = 60, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Activity>(HttpMethod.Get, $"/v1/activity{default(Query).With("minutes", minutes)}", body: null, cancellationToken);

    /// <summary>The queues that have messages which nobody could handle.</summary>
    /// <param name="content">Whether to tell what the messages say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<DeadLetters>> DeadLettersAsync(bool content = false, CancellationToken cancellationToken = default) =>
        (await _transport.SendAsync<Page<DeadLetters>>(HttpMethod.Get, $"/v1/dead-letters{default(Query).With("content", content ? true : null)}", body: null, cancellationToken)).Items;

    /// <summary>Puts such messages back to the queue that they were sent to.</summary>
    /// <param name="queue">Those of one queue; all when null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<RedrivenMessages>> RedriveAsync(string? queue = null, CancellationToken cancellationToken = default) =>
        (await _transport.SendAsync<Page<RedrivenMessages>>(HttpMethod.Post, "/v1/dead-letters/redrive", new { queue }, cancellationToken)).Items;
}
