using BatchPlatform.Dashboard.Components;
using BatchPlatform.Dashboard.Downloads;
using BatchPlatform.Dashboard.Masking;
using BatchPlatform.Dashboard.Sessions;
using BatchPlatform.Defaults;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Dashboard;

/// <summary>Registers and maps the dashboard, for its own process and for the standalone host.</summary>
public static class DashboardSetup
{
    /// <summary>Where it is served.</summary>
    public const string Root = "/dashboard";

    /// <summary>Adds its pages, its sessions and its way to the API.</summary>
    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section)
            .ValidateDataAnnotations()
            .Validate(options => options.HasUsableApi, "Dashboard:Api must be an http or https address.")
            .Validate(options => options.HasUsableSessionKey, "Dashboard:SessionKey must be the base64 of 32 bytes: openssl rand -base64 32.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddForwarded();
        services.AddSessions();
        services.AddSingleton<ApiAddress>();
        services.AddSingleton<ApiConnections>();
        services.AddScoped<Api>();
        services.AddSingleton<Mask>();
        services.AddRazorComponents();
        return builder;
    }

    /// <summary>Serves everything below <see cref="Root"/>, apart from whatever else the process serves.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        ((IApplicationBuilder)app).Map(Root, pages =>
        {
            pages.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = FailurePage.WriteAsync });
            pages.Use(PageHeaders.AddAsync);
            pages.UseMiddleware<SessionGate>();
            pages.UseRouting();
            pages.UseAntiforgery();
            pages.UseEndpoints(routes =>
            {
                // The document of the process that it shares with an api is the API's alone.
                var mapped = routes.MapGroup("").WithMetadata(new DashboardAddress()).ExcludeFromDescription();
                mapped.MapAssets();
                mapped.MapSignOut();
                mapped.MapDownloads();
                mapped.MapRazorComponents<App>();
            });
        });
        return app;
    }

    private static void AddSessions(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<SignIns>();
        services.AddDataProtection().SetApplicationName("BatchPlatform.Dashboard").DisableAutomaticKeyGeneration();
        services.AddSingleton<SessionKeyRing>();
        services.AddOptions<KeyManagementOptions>().Configure<SessionKeyRing>((ring, keys) => ring.XmlRepository = keys);
        services.AddAntiforgery(forgery =>
        {
            forgery.Cookie.Name = "batch_dashboard_form";
            forgery.Cookie.SameSite = SameSiteMode.Strict;
            forgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }
}

/// <summary>Marks an address of the dashboard: it has nothing of its own to show, and asks the API with the key of whoever is signed in.</summary>
public sealed class DashboardAddress;
