using BatchPlatform.Dashboard.Sessions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard;

/// <summary>The connections to the API that all sessions share.</summary>
internal sealed class ApiConnections(ApiAddress address, IOptions<DashboardOptions> options, TimeProvider time) : IDisposable
{
    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(new SocketsHttpHandler
    {
        // Apis come and go behind one name.
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    {
        BaseAddress = address.Value,
        Timeout = Timeout.InfiniteTimeSpan,
    });

    // Somebody waits at a browser: who is refused may try again himself.
    private readonly ClientOptions _patience = new() { Attempts = 2, MaxDelay = TimeSpan.FromSeconds(1), AttemptTimeout = TimeSpan.FromSeconds(options.Value.ApiSeconds), Time = time };

    /// <summary>A client with a key.</summary>
    public BatchPlatformClient With(string key) => new(_http.Value, key, _patience);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }
}

/// <summary>The API as the session's key sees it.</summary>
internal sealed class Api(IHttpContextAccessor context, ApiConnections connections)
{
    private readonly Lazy<BatchPlatformClient> _client = new(() => connections.With(SessionOf(context).Key));

    /// <summary>Whose key it is.</summary>
    public Session Session => SessionOf(context);

    public BatchPlatformClient Client => _client.Value;

    private static Session SessionOf(IHttpContextAccessor context) =>
        context.HttpContext?.Features.Get<Session>() ?? throw new InvalidOperationException("Nobody has signed in.");
}
