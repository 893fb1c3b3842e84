using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Samples;

/// <summary>A little HTTP API with real data and made-to-order trouble, to run batches against.</summary>
public static class SampleUpstream
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8090";

    /// <summary>The program of its own: options from the command line, the environment and appsettings.</summary>
    public static WebApplication Build(string[] args, string? url = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.UseUrls(url ?? builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? DefaultUrl);
        var options = builder.Configuration.GetSection(SampleOptions.Section)
            .Get<SampleOptions>(binder => binder.ErrorOnUnknownConfiguration = true);
        return Assemble(builder, options ?? new SampleOptions(), TimeProvider.System);
    }

    /// <summary>
    /// Part of another process: nothing is read from that process's configuration, only warnings are logged, and the caller, not
    /// Ctrl+C, ends it. With port 0 in <paramref name="url"/> the address is in <see cref="WebApplication.Urls"/> once started.
    /// </summary>
    public static WebApplication Create(SampleOptions options, string url, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore().Replace(ServiceDescriptor.Singleton<IHostLifetime, CallerLifetime>());
        return Assemble(builder, options, clock ?? TimeProvider.System);
    }

    /// <summary>The upstream definitions of <c>upstreams.json</c>, keyed by namespace, with every base address replaced.</summary>
    public static JsonObject Definitions(string baseUrl)
    {
        using var file = Resources.Open("upstreams.json");
        var definitions = JsonNode.Parse(file)!.AsObject();
        foreach (var (_, upstream) in definitions)
        {
            upstream!["base_url"] = baseUrl.TrimEnd('/');
        }

        return definitions;
    }

    private static WebApplication Assemble(WebApplicationBuilder builder, SampleOptions options, TimeProvider clock)
    {
        builder.Services
            .AddSingleton(options.Validated())
            .AddSingleton(clock)
            .AddSingleton<Faults>()
            .AddCallLog(options)
            .AddEventApi()
            .AddPlacesApi()
            .ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SampleJson.Default));

        var app = builder.Build();
        app.UseWhen(IsCall, calls => calls.UseCallLog().UseFaults());
        app.MapEventApi();
        app.MapPlacesApi();
        app.MapSearchApi();
        app.MapBrightLocalApi();
        app.MapProlificApi();
        app.MapCallLog();
        app.MapGet("/health/live", () => TypedResults.Text("Healthy"));
        return app;
    }

    // Its own housekeeping is neither counted nor disturbed.
    private static bool IsCall(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments("/_stats", StringComparison.Ordinal);

    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
