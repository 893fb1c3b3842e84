namespace BatchPlatform.Client;

/// <summary>
/// Speaks the REST API of a BatchPlatform. Safe for use by many threads; make one and keep it.
/// <para>
/// A request that fails in passing is repeated by itself, with the same <c>Idempotency-Key</c>, so that it takes effect once.
/// What is refused is thrown as <see cref="BatchPlatformException"/> with the platform's error code.
/// </para>
/// </summary>
public sealed class BatchPlatformClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _owned;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="address">Where the platform is, such as <c>https://batches.example.com</c>.</param>
    /// <param name="key">An API key.</param>
    /// <param name="options">How patient it is; the defaults when null.</param>
    public BatchPlatformClient(Uri address, string key, ClientOptions? options = null)
        : this(new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan }, key, options) =>
        _owned = true;

    /// <summary>A client over connections of the caller's, which stay his: with a <c>BaseAddress</c>, and without a short <c>Timeout</c>.</summary>
    /// <param name="http">Sends the requests.</param>
    /// <param name="key">An API key.</param>
    /// <param name="options">How patient it is; the defaults when null.</param>
    public BatchPlatformClient(HttpClient http, string key, ClientOptions? options = null)
    {
        _http = http;
        var transport = new Transport(http, key, options ?? new ClientOptions());
        Batches = new BatchesClient(transport);
        Jobs = new JobsClient(transport);
        Results = new ResultsClient(transport);
        Deliveries = new DeliveriesClient(transport);
        Actions = new ActionsClient(transport);
        Upstreams = new UpstreamsClient(transport);
        Admin = new AdminClient(transport);
    }

    /// <summary>Creates batches and moves them through their lifecycle.</summary>
    public BatchesClient Batches { get; }

    /// <summary>Adds jobs and looks at them.</summary>
    public JobsClient Jobs { get; }

    /// <summary>Reads results.</summary>
    public ResultsClient Results { get; }

    /// <summary>Callbacks owed and sent.</summary>
    public DeliveriesClient Deliveries { get; }

    /// <summary>One action on all batches, or all jobs, that a filter matches.</summary>
    public ActionsClient Actions { get; }

    /// <summary>The APIs that jobs call.</summary>
    public UpstreamsClient Upstreams { get; }

    /// <summary>Keys, tenants and what else operators see.</summary>
    public AdminClient Admin { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owned)
        {
            _http.Dispose();
        }
    }
}
