using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Edge;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace BatchPlatform.Gateway;

/// <summary>What clients reach: forwards the routes of <c>appsettings.json</c> to the apis and nothing else.</summary>
public static class GatewaySetup
{
    /// <summary>Registers the edge, the proxy and its health.</summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.ListenAt(builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://127.0.0.1:8080");
        builder.AddEdge();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddTransforms(ForwardedRequest.Configure);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Replace(ServiceDescriptor.Singleton<IDestinationResolver, ApiAddresses>());
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, ProbedApis>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ApiConnections>();
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(ApiReachable.ConfigurePassive);
        builder.Services.AddSingleton<ApiReachable>();
        builder.Services.AddHealthChecks().AddCheck<ApiReachable>("api", tags: ["ready"]);
        builder.AddRehearsal();
        return builder;
    }

    /// <summary>Maps the gateway's own health, the forwarded routes, and a 404 for the rest.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.UseEdge();
        app.MapHealth();
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(PlainRequests.OnlyAsync);
            proxy.Use(ForwardingProblems.ExplainAsync);
            proxy.Use(BodyLimits.RefuseEarlyAsync);
            proxy.Use(OtherApis.AskAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        app.MapFallback("{**rest}", () => EdgeProblem.NotFound);
        return app;
    }

    private static void AddRehearsal(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(RehearsalOptions.Section);
        builder.Services.AddOptions<RehearsalOptions>().Bind(section)
            .ValidateDataAnnotations()
            .Validate(options => options.Batches == 0 || options.Key.Length > 0, "Rehearsal:Batches needs Rehearsal:Key.")
            .ValidateOnStart();
        if (section.GetValue<int>(nameof(RehearsalOptions.Batches)) > 0)
        {
            builder.Services.AddSingleton<Rehearsal>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<Rehearsal>());
            builder.Services.AddHealthChecks().AddCheck<Rehearsal>("rehearsal", tags: ["ready"]);
        }
    }
}
