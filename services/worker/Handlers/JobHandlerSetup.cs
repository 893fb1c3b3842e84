using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Worker.Handlers;

/// <summary>Registers handlers.</summary>
public static class JobHandlerSetup
{
    /// <summary>
    /// Has one action's jobs done by a handler, in every worker that is to take its slices. A handler is made for each job in a scope
    /// of its own, unless it is registered otherwise.
    /// </summary>
    /// <typeparam name="T">The handler; what its constructor asks for comes from the services.</typeparam>
    /// <param name="services">The worker's.</param>
    /// <param name="namespace">The upstream's namespace.</param>
    /// <param name="action">The action.</param>
    /// <exception cref="ArgumentException">The action has a handler already.</exception>
    public static IServiceCollection AddJobHandler<T>(this IServiceCollection services, string @namespace, string action)
        where T : class, IJobHandler
    {
        if (services.Any(service => service.ImplementationInstance is JobHandlerEntry entry && entry.Namespace == @namespace && entry.Action == action))
        {
            throw new ArgumentException($"Action '{action}' of '{@namespace}' has a handler already.", nameof(action));
        }

        services.TryAddScoped<T>();
        return services.AddSingleton(new JobHandlerEntry(@namespace, action, provider => provider.GetRequiredService<T>()));
    }
}
