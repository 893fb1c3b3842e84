using BatchPlatform.Api.Dialects;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Admission;

/// <summary>
/// Lets so many requests in at once as the api can handle, has some wait for a moment, and refuses the rest at once: before they
/// have been authenticated or read, so that to be refused costs next to nothing. Of those that last, no tenant has more than its
/// share, which is seen once it is known whose they are. Health is for everybody, always.
/// </summary>
internal sealed class AdmissionMiddleware : IMiddleware, IDisposable
{
    private readonly Turns _reads;
    private readonly Turns _writes;
    private readonly Turns _streams;
    private readonly TenantShares _shares;
    private readonly HeldBodies _bodies;
    private readonly ShedRequests _shed;

    public AdmissionMiddleware(IOptions<OverloadOptions> options, HeldBodies bodies, ShedRequests shed, TimeProvider time)
    {
        var (limits, patience) = (options.Value, TimeSpan.FromSeconds(options.Value.WaitSeconds));
        _reads = new Turns(limits.Reads, limits.Waiting, patience, time);
        _writes = new Turns(limits.Writes, limits.Waiting, patience, time);
        _streams = new Turns(limits.Streams, waiting: 0, patience, time);
        _shares = new TenantShares(limits.StreamsPerTenant ?? Math.Max(1, limits.Streams / 4));
        (_bodies, _shed) = (bodies, shed);
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        using var request = Admit(context);
        await request.EnterAsync(context.RequestAborted);
        context.Features.Set(request);
        await next(context);
    }

    public void Dispose()
    {
        _reads.Dispose();
        _writes.Dispose();
        _streams.Dispose();
    }

    private AdmittedRequest Admit(HttpContext context)
    {
        var route = context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<LongRequest>()?.Is(context.Request) == true)
        {
            return new AdmittedRequest(_streams, "stream", _shares, _bodies, _shed);
        }

        var scope = route?.GetMetadata<KeyScope>()?.Scope ?? KeyAuthentication.ScopeOf(context.Request.Method);
        var (turns, kind) = scope == KeyScopes.Read ? (_reads, "read") : (_writes, "write");
        return new AdmittedRequest(turns, kind, shares: null, _bodies, _shed);
    }
}
