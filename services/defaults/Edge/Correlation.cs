using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Defaults.Edge;

/// <summary>
/// Lets a client find its request in our logs. A request's W3C trace goes on, or a new one begins, by the framework; here its
/// <c>traceparent</c> is told in the answer. An <c>X-Request-Id</c> of the client's own is passed on and sent back while it is short and plain.
/// </summary>
internal sealed partial class Correlation(RequestDelegate next)
{
    private const string RequestId = "X-Request-Id";

    public Task InvokeAsync(HttpContext context)
    {
        var id = Kept(context.Request.Headers);
        context.Response.OnStarting(() =>
        {
            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IdFormat: ActivityIdFormat.W3C, Id: var trace })
            {
                context.Response.Headers.TraceParent = trace;
            }

            if (id is not null)
            {
                context.Response.Headers[RequestId] = id;
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    private static string? Kept(IHeaderDictionary headers)
    {
        var id = headers[RequestId].ToString();
        if (Plain.IsMatch(id))
        {
            return id;
        }

        headers.Remove(RequestId);
        return null;
    }

    // What a log line, a shell and another system's header take without harm.
    [GeneratedRegex(@"\A[A-Za-z0-9._:/+=@-]{1,128}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Plain { get; }
}
