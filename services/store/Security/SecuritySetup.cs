using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Security;

/// <summary>Registers what is encrypted and signed with the master key. The store must have been added.</summary>
public static class SecuritySetup
{
    /// <param name="services">The services.</param>
    /// <param name="addsKeys">This process, or part of it, owns the key ring: api only.</param>
    public static IServiceCollection AddSecrets(this IServiceCollection services, bool addsKeys = false)
    {
        // Once: a list that is bound twice has everything twice.
        if (!services.Any(service => service.ServiceType == typeof(MasterKey)))
        {
            services.AddOptions<SecurityOptions>().BindConfiguration("Security").ValidateOnStart();
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SecurityOptions>, SecurityOptions.Validator>());
        services.Configure<SecurityOptions>(options => options.AddsKeys |= addsKeys);
        services.TryAddSingleton<MasterKey>();
        services.TryAddSingleton<MasterKeyRotation>();
        services.TryAddSingleton<SecretBox>();
        services.TryAddSingleton<SignedLinks>();
        return services;
    }
}
