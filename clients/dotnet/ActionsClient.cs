namespace BatchPlatform.Client;

/// <summary>One action on all batches, or all jobs of a batch, that a filter matches.</summary>
public sealed class ActionsClient
{
    private readonly Transport _transport;

    internal ActionsClient(Transport transport) => _transport = transport;

    /// <summary>How many batches a filter matches.</summary>
    public Task<ActionPreview> PreviewAsync(BatchAction action, BatchFilter filter, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<ActionPreview>(HttpMethod.Post, "/v1/batches/actions", new { action, filter, dry_run = true }, cancellationToken);

    /// <summary>How many of a batch's jobs a filter matches.</summary>
    public Task<ActionPreview> PreviewAsync(JobAction action, Guid batch, JobFilter filter, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<ActionPreview>(HttpMethod.Post, "/v1/jobs/actions", new { action, filter = With(batch, filter), dry_run = true }, cancellationToken);

    /// <summary>Begins an action on all batches that a filter matches now.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="filter">To which.</param>
    /// <param name="maxPerSecond">Batches a second, at most; the platform's default when null.</param>
    /// <param name="force">Deletes running batches, too; for <see cref="BatchAction.Delete"/> alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<BulkAction> StartAsync(BatchAction action, BatchFilter filter, int? maxPerSecond = null, bool force = false, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<BulkAction>(HttpMethod.Post, "/v1/batches/actions", new { action, filter, max_per_second = maxPerSecond, force = force ? true : (bool?)null }, cancellationToken);

    /// <summary>Begins an action on all jobs of a batch that a filter matches now.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="filter">To which of its jobs.</param>
    /// <param name="maxPerSecond">Jobs a second, at most; the platform's default when null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<BulkAction> StartAsync(JobAction action, Guid batch, JobFilter filter, int? maxPerSecond = null, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<BulkAction>(HttpMethod.Post, "/v1/jobs/actions", new { action, filter = With(batch, filter), max_per_second = maxPerSecond }, cancellationToken);

    /// <summary>Bulk actions, newest first.</summary>
    public IAsyncEnumerable<BulkAction> ListAsync(CancellationToken cancellationToken = default) => _transport.ListAsync<BulkAction>("/v1/actions", default, cancellationToken);

    /// <summary>One page of bulk actions.</summary>
    public Task<(IReadOnlyList<BulkAction> Items, string? NextCursor)> PageAsync(int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _transport.PageAsync<BulkAction>("/v1/actions", default, limit, cursor, cancellationToken);

    /// <summary>One bulk action, as it is now.</summary>
    public Task<BulkAction> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<BulkAction>(HttpMethod.Get, $"/v1/actions/{id:D}", body: null, cancellationToken);

    /// <summary>Ends a bulk action; what it has done stays done.</summary>
    public Task<BulkAction> CancelAsync(Guid id, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<BulkAction>(HttpMethod.Post, $"/v1/actions/{id:D}/cancel", body: null, cancellationToken);

    private static object With(Guid batch, JobFilter filter) =>
        new { batch, state = filter.State, @namespace = filter.Namespace, action = filter.Action, error_code = filter.ErrorCode };
}
