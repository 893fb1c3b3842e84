using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults.Edge;

/// <summary>Whose pages may call the API from a browser, section <c>Cors</c>; nobody's by default.</summary>
public sealed class CorsSettings
{
    /// <summary>Origins such as <c>https://console.example.org</c>, without a path; <c>*</c> alone means all of them.</summary>
    public IList<string> Origins { get; } = [];

    /// <summary>How long a browser may remember the answer to its preflight; 0 to 86,400 s.</summary>
    public int PreflightSeconds { get; set; } = 600;

    internal bool IsValid => PreflightSeconds is >= 0 and <= 86_400 && (Origins is ["*"] || Origins.All(IsOrigin));

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.GetLeftPart(UriPartial.Authority) == text;
}

/// <summary>
/// Answers preflights, which carry no key, and tells browsers which pages may read an answer. Keys travel in headers that a page
/// must set itself, so no page gains anything from its visitor's being here; cookies there are none.
/// </summary>
internal static class CorsDefaults
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Exposed = ["Location", "Content-Disposition", "Retry-After", "RateLimit", "RateLimit-Policy", "traceparent", "X-Request-Id"];

    public static void AddCorsDefaults(this IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<CorsSettings>().BindConfiguration("Cors")
            .Validate(settings => settings.IsValid, "Cors:Origins must hold origins such as https://console.example.org, or * alone; Cors:PreflightSeconds 0 to 86400.")
            .ValidateOnStart();
        services.AddOptions<CorsOptions>().Configure<IOptions<CorsSettings>>((cors, settings) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. settings.Value.Origins])
            .WithMethods(Methods)
            .AllowAnyHeader()
            .WithExposedHeaders(Exposed)
            .SetPreflightMaxAge(TimeSpan.FromSeconds(settings.Value.PreflightSeconds))));
    }

    public static void UseCorsDefaults(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CorsSettings>>().Value.Origins.Count > 0)
        {
            app.UseCors();
        }
    }
}
