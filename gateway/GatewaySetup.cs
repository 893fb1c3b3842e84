using BatchPlatform.Defaults;

namespace BatchPlatform.Gateway;

/// <summary>What clients reach: forwards the routes of <c>appsettings.json</c> to the api and nothing else.</summary>
public static class GatewaySetup
{
    // For all that appsettings.json does not say otherwise: it lets uploads of jobs be as long as they are.
    private const long MaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>Registers the proxy and its health.</summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseUrls(builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://127.0.0.1:8080").ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        builder.Services.AddHealthChecks().AddCheck<ApiReachable>("api", tags: ["ready"]);
        return builder;
    }

    /// <summary>Maps the gateway's own health, the forwarded routes, and a 404 for the rest.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.MapHealth();
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(ForwardingProblems.ExplainAsync);
            proxy.UseLoadBalancing();
        });
        app.MapFallback("{**rest}", () => GatewayProblem.NotFound);
        return app;
    }
}
