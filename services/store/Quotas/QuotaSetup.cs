using BatchPlatform.Store.Quotas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Store;

/// <summary>Registers what knows tenants' quotas, once for a process however many services it holds.</summary>
public static class QuotaSetup
{
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddOptions<TenantQuotas>().BindConfiguration(TenantQuotas.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<QuotaDirectory>();
        return services;
    }
}
