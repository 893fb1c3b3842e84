using Yarp.ReverseProxy.Forwarder;

namespace BatchPlatform.Gateway;

/// <summary>Explains to a client why its request got no answer from the api. What the api itself answered is left as it is.</summary>
internal static class ForwardingProblems
{
    public static async Task ExplainAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || FromApi(context))
        {
            return;
        }

        var problem = context.Response.StatusCode == StatusCodes.Status413PayloadTooLarge ? GatewayProblem.BodyTooLarge : GatewayProblem.Unavailable;
        context.Response.Clear();
        await problem.ExecuteAsync(context);
    }

    // An answer without a body may not have started yet. Without a healthy destination nothing was forwarded at all.
    private static bool FromApi(HttpContext context) =>
        context.GetForwarderErrorFeature() is null && context.GetReverseProxyFeature().ProxiedDestination is not null;
}
