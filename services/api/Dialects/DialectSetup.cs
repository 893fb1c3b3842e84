using BatchPlatform.Api.Dialects.BrightLocal;
using BatchPlatform.Api.Dialects.Ivvy;
using BatchPlatform.Api.Dialects.Prolific;
using BatchPlatform.Api.Dialects.Traject;

namespace BatchPlatform.Api.Dialects;

/// <summary>Registers and maps the dialects. Each is one folder here; nothing outside of them knows which there are.</summary>
public static class DialectSetup
{
    public static IServiceCollection AddDialects(this IServiceCollection services)
    {
        services.AddOptions<DialectOptions>().BindConfiguration(DialectOptions.Section).ValidateOnStart();
        services.AddSingleton<DialectKeys>();
        services.AddSingleton<DialectBatches>();
        services.AddSingleton<DialectCallbacks>();
        services.AddBrightLocal();
        services.AddIvvy();
        services.AddProlific();
        services.AddTraject();
        return services;
    }

    /// <summary>Whatever goes wrong below a dialect's paths is said in its words. Before anything that may refuse a request.</summary>
    public static void UseDialects(this WebApplication app)
    {
        foreach (var dialect in app.Services.GetServices<IDialect>())
        {
            Func<Problem, IResult> shape = dialect.Refuse;
            app.UseWhen(context => Owns(dialect, context.Request.Path), below => below.UseMiddleware<ProblemMiddleware>(shape));
        }
    }

    public static void MapDialects(this WebApplication app)
    {
        // No part of the native API's description.
        var routes = app.MapGroup("").ExcludeFromDescription();
        foreach (var dialect in app.Services.GetServices<IDialect>())
        {
            dialect.Map(routes);
        }
    }

    private static bool Owns(IDialect dialect, PathString path) =>
        dialect.Roots.Any(root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));
}
