using BatchPlatform.Api.Batches;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BatchPlatform.Api.Reading;

/// <summary>Registers and maps the reading side of the API: everything under <c>/v1/batches</c> that changes nothing.</summary>
public static class ReadingSetup
{
    /// <summary>Registers what the reading side needs besides the store.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services)
    {
        services.AddOptions<PublicOptions>().BindConfiguration("Public").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BatchViews>();
        services.AddSingleton<BatchEnds>();
        services.AddSingleton<EndNews>();

        // Room for pages of results that are on their way to the client while the next ones are read.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxResponseBufferSize = 2 * ResultDownload.PageBytes);
        return services;
    }

    /// <summary>Maps the routes below <c>/v1</c>.</summary>
    public static RouteGroupBuilder MapReading(this RouteGroupBuilder v1)
    {
        var batches = v1.MapGroup("/batches").WithTags("batches");
        batches.MapBatchReading();
        batches.MapJobReading();
        batches.MapResults();
        batches.MapErrors();
        batches.MapRuns();
        batches.MapEvents();
        v1.MapActivity();
        return v1;
    }
}
