using System.Collections.Concurrent;
using BatchPlatform.Api.Admission;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>
/// Ends requests that outlive their key: an event stream, a download that a slow client draws out, an upload. Twice a second one
/// query asks for the keys of all open requests; the requests of those that were revoked or have expired are aborted as if
/// their clients had gone.
/// </summary>
public sealed class KeyWatch(BatchStore store, TimeProvider time, ILogger<KeyWatch> logger) : Clock(time, logger)
{
    private readonly TimeProvider _time = time;
    private readonly ConcurrentDictionary<OpenRequest, string> _open = new();

    protected override TimeSpan Period => TimeSpan.FromMilliseconds(500);

    /// <summary>From now on the request's <see cref="HttpContext.RequestAborted"/> also says that its key is no longer good.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: too many such requests of its tenant are open.</exception>
    public void Begin(HttpContext context, KeyIdentity key)
    {
        context.BelongTo(key.Tenant);
        var request = new OpenRequest(context, key, _open);
        context.Features.Set(request);
        context.Response.RegisterForDispose(request);
    }

    public override async Task TickAsync(CancellationToken cancellationToken)
    {
        var open = _open.ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var good = await GoodAsync([.. open.Select(request => request.Value).Distinct()], cancellationToken);
        foreach (var (request, _) in open.Where(request => !good.Contains(request.Value)))
        {
            await request.EndAsync();
        }
    }

    private async Task<HashSet<string>> GoodAsync(string[] keys, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        await using var db = store.Read();
        return await db.Keys
            .Where(key => keys.Contains(key.Id) && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now))
            .Select(key => key.Id)
            .ToHashSetAsync(cancellationToken);
    }
}

/// <summary>A request that was let in by a key and goes on.</summary>
internal sealed class OpenRequest : IDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationToken _clientGone;
    private readonly CancellationTokenSource _end;
    private readonly ConcurrentDictionary<OpenRequest, string> _open;

    public OpenRequest(HttpContext context, KeyIdentity key, ConcurrentDictionary<OpenRequest, string> open)
    {
        (_context, _open, _clientGone) = (context, open, context.RequestAborted);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_clientGone);
        context.RequestAborted = _end.Token;
        open[this] = key.Id;
    }

    /// <summary>Its key is good no longer.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Ends the request.</summary>
    public async Task EndAsync()
    {
        HasEnded = true;
        _open.TryRemove(this, out _);
        try
        {
            await _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It came to its end by itself.
        }
    }

    /// <summary>Lets the answer that says so be written, which an aborted request could not be.</summary>
    public void LetAnswer() => _context.RequestAborted = _clientGone;

    public void Dispose()
    {
        _open.TryRemove(this, out _);
        _end.Dispose();
    }
}
