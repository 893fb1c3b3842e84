using BatchPlatform.Defaults.Edge;

namespace BatchPlatform.Gateway;

/// <summary>Forwards requests that have one answer: no tunnels, no WebSockets, no echo of what was sent.</summary>
internal static class PlainRequests
{
    public static Task OnlyAsync(HttpContext context, Func<Task> next)
    {
        if (HttpMethods.IsConnect(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method))
        {
            return EdgeProblem.MethodNotAllowed.ExecuteAsync(context);
        }

        // A server may ignore an offer to change the protocol; the request is then one like any other.
        context.Request.Headers.Remove("Upgrade");
        return next();
    }
}
