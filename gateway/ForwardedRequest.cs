using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace BatchPlatform.Gateway;

/// <summary>
/// What the api is told of where a request comes from: what we know, in the place of whatever the client says. A trusted proxy's
/// word has become the request's own address, scheme and host by now.
/// </summary>
internal static class ForwardedRequest
{
    // Other spellings of the same, which some frameworks believe, and what the framework here keeps of what it took away.
    private static readonly string[] Dropped =
    [
        "Forwarded", "X-Real-IP", "True-Client-IP", "X-Client-IP", "X-Original-For", "X-Original-Proto", "X-Original-Host",
        "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
    ];

    public static void Configure(TransformBuilderContext transforms)
    {
        transforms.AddXForwarded(ForwardedTransformActions.Set);
        foreach (var header in Dropped)
        {
            transforms.AddRequestHeaderRemove(header);
        }

        transforms.AddResponseHeaderRemove("Server", ResponseCondition.Always);
    }
}
