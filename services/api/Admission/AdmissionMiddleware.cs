using BatchPlatform.Api.Dialects;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Admission;

/// <summary>
/// Lets so many requests in at once as the api can handle, has some wait for a moment, and refuses the rest at once: before they
/// have been authenticated or read, so that to be refused costs next to nothing. Health is for everybody, always.
/// </summary>
internal sealed class AdmissionMiddleware : IMiddleware, IDisposable
{
    private readonly Turns _reads;
    private readonly Turns _writes;
    private readonly Turns _streams;
    private readonly ShedRequests _shed;

    public AdmissionMiddleware(IOptions<OverloadOptions> options, ShedRequests shed, TimeProvider time)
    {
        var (limits, patience) = (options.Value, TimeSpan.FromSeconds(options.Value.WaitSeconds));
        _reads = new Turns(limits.Reads, limits.Waiting, patience, time);
        _writes = new Turns(limits.Writes, limits.Waiting, patience, time);
        _streams = new Turns(limits.Streams, waiting: 0, patience, time);
        _shed = shed;
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        var (turns, kind) = KindOf(context);
        using var turn = await turns.TakeAsync(context.RequestAborted) ?? throw _shed.Refuse(kind);
        await next(context);
    }

    public void Dispose()
    {
        _reads.Dispose();
        _writes.Dispose();
        _streams.Dispose();
    }

    private (Turns Turns, string Kind) KindOf(HttpContext context)
    {
        var route = context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<LongRequest>()?.Is(context.Request) == true)
        {
            return (_streams, "stream");
        }

        var scope = route?.GetMetadata<KeyScope>()?.Scope ?? KeyAuthentication.ScopeOf(context.Request.Method);
        return scope == KeyScopes.Read ? (_reads, "read") : (_writes, "write");
    }
}
