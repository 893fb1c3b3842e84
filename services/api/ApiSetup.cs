using BatchPlatform.Defaults;
using Microsoft.AspNetCore.Authentication;

namespace BatchPlatform.Api;

/// <summary>Registers and maps the API, for its own process and for the standalone host.</summary>
public static class ApiSetup
{
    private const string ScopePolicy = "scope";

    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ApiOptions>().BindConfiguration("Api").ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddSingleton<KeyDirectory>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(ScopePolicy, KeyAuthentication.RequireScope);
        services.AddOpenApi();
        return builder;
    }

    public static BusPart Bus(IConfiguration configuration) => new(_ => { }, (_, _) => { });

    public static WebApplication MapApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseAuthentication();
        app.UseAuthorization();
        var v1 = app.MapGroup("/v1").RequireAuthorization(ScopePolicy);
        _ = v1;
        app.MapOpenApi("/openapi/v1.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.SwaggerEndpoint("/openapi/v1.json", "BatchPlatform");
        });
        return app;
    }
}
