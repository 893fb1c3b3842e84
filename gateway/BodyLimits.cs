using BatchPlatform.Defaults.Edge;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Gateway;

/// <summary>Refuses a body that says itself that it is too long before anything of it is sent or an api is asked. The server counts the others.</summary>
internal static class BodyLimits
{
    public static Task RefuseEarlyAsync(HttpContext context, Func<Task> next)
    {
        var limit = context.GetReverseProxyFeature().Route.Config.MaxRequestBodySize
            ?? context.RequestServices.GetRequiredService<IOptions<EdgeOptions>>().Value.BodyBytes;
        return limit >= 0 && context.Request.ContentLength > limit ? EdgeProblem.BodyTooLarge.ExecuteAsync(context) : next();
    }
}
