using System.Data.Common;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace BatchPlatform.Defaults;

/// <summary>What one service puts on the bus: its consumers, then the queues they read. The standalone host joins several.</summary>
/// <param name="Consumers">Registers consumers, the saga and request clients.</param>
/// <param name="Queues">Declares the queues.</param>
public sealed record BusPart(Action<IBusRegistrationConfigurator> Consumers, Action<IBusRegistrationContext, QueueConfigurator> Queues);

/// <summary>Registers the bus. <c>Bus:Transport</c> chooses InMemory or RabbitMq, <c>ConnectionStrings:Bus</c> (amqp://…) says where.</summary>
public static class BusDefaults
{
    // EX_TEMPFAIL of sysexits.h: to be tried again.
    private const int StuckExitCode = 75;

    // The broker takes a process that is frozen, or whose machine is gone, for alive until it has heard nothing for two to three of these: until
    // then it gives it every second command and report, and nobody else gets those. A live one is heard every half of this, whatever else it
    // sends. One that is so starved that nothing leaves it for twenty seconds has lost its leases as well.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Whether messages live inside this process, and die with it.</summary>
    public static bool LivesInProcess(IConfiguration configuration) => Transport(configuration) == "InMemory";

    /// <summary>Before the services that send by it: what is registered first is stopped last, so that they still can while they stop.</summary>
    /// <exception cref="InvalidOperationException">The transport is unknown, or there is no connection string.</exception>
    public static IServiceCollection AddBus(this IServiceCollection services, IConfiguration configuration, params BusPart[] parts)
    {
        var transport = Transport(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMassTransit(bus =>
        {
            // Left on, each process would report its use to the library's authors over the internet.
            bus.DisableUsageTelemetry();
            foreach (var part in parts)
            {
                part.Consumers(bus);
            }

            switch (transport)
            {
                case "InMemory":
                    bus.UsingInMemory((context, memory) => Configure(context, memory, new InMemoryQueues(memory), parts));
                    break;
                case "RabbitMq":
                    services.AddStuckSends();
                    var address = RabbitAddress(configuration);
                    bus.UsingRabbitMq((context, rabbit) =>
                    {
                        var (broker, process) = (context.GetRequiredService<BrokerProbe>(), context.GetRequiredService<IHostApplicationLifetime>());
                        rabbit.Host(address, host =>
                        {
                            host.OnRefreshConnectionFactory = _ => broker.UntilItTakesMessagesAsync(process.ApplicationStopping);
                            host.Heartbeat(Heartbeat);
                        });
                        RabbitMqQueues.KeepParked(rabbit);
                        Configure(context, rabbit, new RabbitMqQueues(rabbit), parts);
                    });
                    break;
                default:
                    throw new InvalidOperationException($"Bus__Transport is '{transport}': it must be InMemory or RabbitMq.");
            }
        });
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(30);
        });
        return services;
    }

    /// <summary>
    /// Tries a message again whose handling failed by a conflict with another consumer of the same row, or by a database that is away for a
    /// moment: with a fresh transaction that may go well. Anything else would fail the same way again.
    /// </summary>
    public static void RetryWhatMayPass(this IConsumePipeConfigurator pipe, IServiceProvider services)
    {
        var passes = services.GetService<PassingError>() ?? (error => error.IsTransient);
        pipe.UseMessageRetry(retry =>
        {
            retry.Handle<DbUpdateException>();
            retry.Handle<DbException>(error => passes(error));
            // How EF Core tells of one that the driver takes for passing.
            retry.Handle<InvalidOperationException>(error => error.InnerException is DbException cause && passes(cause));
            retry.Handle<TimeoutException>();
            retry.Exponential(30, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(20));
        });
    }

    /// <summary>Where RabbitMQ is.</summary>
    /// <exception cref="InvalidOperationException">There is no connection string.</exception>
    internal static Uri RabbitAddress(IConfiguration configuration) => new(configuration.GetConnectionString("Bus")
        ?? throw new InvalidOperationException("ConnectionStrings__Bus is not set: it says where RabbitMQ is (amqp://user:password@host:5672/vhost)."));

    private static string Transport(IConfiguration configuration) => configuration["Bus:Transport"] ?? "InMemory";

    private static void AddStuckSends(this IServiceCollection services)
    {
        services.TryAddSingleton<BrokerProbe>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StuckSends>(provider, () => Environment.Exit(StuckExitCode)));
        services.AddHostedService(provider => provider.GetRequiredService<StuckSends>());
        services.AddSendObserver(provider => provider.GetRequiredService<StuckSends>());
        services.AddPublishObserver(provider => provider.GetRequiredService<StuckSends>());
    }

    private static void Configure(IBusRegistrationContext context, IBusFactoryConfigurator bus, QueueConfigurator queues, BusPart[] parts)
    {
        bus.RetryWhatMayPass(context);
        foreach (var part in parts)
        {
            part.Queues(context, queues);
        }
    }
}

/// <summary>Whether what a database did not do is worth another try; registered where the driver does not say so itself.</summary>
public delegate bool PassingError(DbException error);
