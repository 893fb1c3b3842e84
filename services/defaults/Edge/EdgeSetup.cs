using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults.Edge;

/// <summary>What stands between the world and us, the same in the gateway and in the standalone host.</summary>
public static class EdgeSetup
{
    /// <summary>Registers it. Wrong settings stop the start.</summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EdgeOptions>().BindConfiguration("Edge").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits")
            .Validate(limits => limits.IsValid, "RateLimits: Requests must be 0 to 10000000, Seconds 1 to 86400, Tracked 1024 to 10000000.")
            .ValidateOnStart();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, EdgeLimits>();
        services.AddSingleton<RateLimiting>();
        services.AddForwarded();
        services.AddCorsDefaults();
        return builder;
    }

    /// <summary>Where to listen, unless <c>Kestrel:Endpoints</c> says it: endpoints with certificates are configured there.</summary>
    public static void ListenAt(this WebApplicationBuilder builder, string urls)
    {
        if (!builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.WebHost.UseUrls(urls);
        }
    }

    /// <summary>Before everything else.</summary>
    public static WebApplication UseEdge(this WebApplication app)
    {
        app.UseMiddleware<Correlation>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseCorsDefaults();
        app.UseMiddleware<RateLimiting>();
        return app;
    }
}
