using BatchPlatform.Api.Batches;

namespace BatchPlatform.Api.Reading;

/// <summary>Registers what the reading side needs besides the store.</summary>
public static class ReadingSetup
{
    /// <summary>Links are built on the section <c>Public</c>.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PublicOptions>().Bind(configuration.GetSection("Public")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BatchViews>();
        return services;
    }
}
