using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults.Edge;

/// <summary>Tells browsers what they may do with an answer: as good as nothing, but for the page that describes the API, and pages that say so themselves.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<EdgeOptions> options)
{
    private const string ForData = "default-src 'none'; frame-ancestors 'none'";

    // The page colours its own elements; all else it needs are files beside it and the API's description.
    private const string ForDocs = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly string? _hsts = options.Value.HstsDays is > 0 and var days ? $"max-age={(int)TimeSpan.FromDays(days).TotalSeconds}" : null;

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(AddAsync, context);
        return next(context);
    }

    private Task AddAsync(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy is [])
        {
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase) ? ForDocs : ForData;
        }

        if (headers.CacheControl is [])
        {
            headers.CacheControl = "no-store";
        }

        if (_hsts is not null && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = _hsts;
        }

        return Task.CompletedTask;
    }
}
