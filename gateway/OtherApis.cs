using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace BatchPlatform.Gateway;

/// <summary>
/// Asks another api when one died before the first byte of its answer: each healthy one at most once, and only for what was not
/// sent or can be asked twice: a GET or HEAD without a body, unless its route says that it changes something.
/// </summary>
internal static class OtherApis
{
    // The last parts of paths whose GET changes something, as a dialect's vendor has it: "start,stop".
    private const string ChangingGets = "ChangingGets";

    public static async Task AskAsync(HttpContext context, Func<Task> next)
    {
        var proxy = context.GetReverseProxyFeature();
        var untried = proxy.AvailableDestinations.ToList();
        await next();
        while (Died(context) && (WasNotSent(context) || IsRepeatable(context, proxy.Route)))
        {
            untried.Remove(proxy.ProxiedDestination!);
            if (untried.Count == 0)
            {
                return;
            }

            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.Clear();
            proxy.AvailableDestinations = [.. untried];
            await next();
        }
    }

    private static bool Died(HttpContext context) =>
        context.GetForwarderErrorFeature() is { Error: ForwarderError.Request }
        && !context.Response.HasStarted
        && !context.RequestAborted.IsCancellationRequested;

    // Not even its body has been read.
    private static bool WasNotSent(HttpContext context) => ForwardingProblems.WasNotSent(context.GetForwarderErrorFeature()!);

    private static bool IsRepeatable(HttpContext context, RouteModel route) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        && !Changing(route).Contains(LastPart(context.Request.Path), StringComparer.OrdinalIgnoreCase);

    private static string[] Changing(RouteModel route) => route.Config.Metadata?.GetValueOrDefault(ChangingGets)?.Split(',') ?? [];

    private static string LastPart(PathString path) => path.Value!.TrimEnd('/').Split('/')[^1];
}
