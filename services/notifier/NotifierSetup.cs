using BatchPlatform.Defaults;
using BatchPlatform.Notifier.Formats;
using BatchPlatform.Store.Security;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Notifier;

/// <summary>Registers the notifier; its own program and the standalone host both call it. The store must have been added.</summary>
public static class NotifierSetup
{
    private const int EventsAtOnce = 8;

    /// <summary>Adds what owes, sends and records callbacks.</summary>
    public static WebApplicationBuilder AddNotifier(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<NotifierOptions>().BindConfiguration(NotifierOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddAddressGuard();
        services.AddSecrets();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<NotifierMetrics>();
        services.AddSingleton<DeliverySignal>();
        services.AddFormats();
        services.TryAddSingleton<PublicAddress>(host => new(host.GetRequiredService<IConfiguration>()[PublicAddress.Setting]));
        services.AddSingleton<NewsDesk>();
        services.AddSingleton<OwedDeliveries>();
        services.AddSingleton<FailingReceivers>();
        services.AddSingleton<CallbackSender>();
        services.AddSingleton<DeliveryLedger>();
        services.AddHostedService<DeliveryClock>();
        services.AddHostedService<ProgressClock>();
        services.AddHostedService<ReconcileClock>();
        return builder;
    }

    /// <summary>Ended and deleted batches, and requests to send again.</summary>
    public static BusPart Bus(IConfiguration configuration) => new(
        bus =>
        {
            bus.AddConsumer<EndedBatchConsumer>();
            bus.AddConsumer<DeletedBatchConsumer>();
            bus.AddConsumer<ResendConsumer>();
        },
        (context, queues) => queues.Durable(Queues.Notifier, EventsAtOnce, queue =>
        {
            queue.ConfigureConsumer<EndedBatchConsumer>(context);
            queue.ConfigureConsumer<DeletedBatchConsumer>(context);
            queue.ConfigureConsumer<ResendConsumer>(context);
        }));

    private static void AddFormats(this IServiceCollection services)
    {
        services.AddSingleton<BoundedResults>();
        services.AddSingleton<ICallbackFormat, JsonCallback>();
        services.AddSingleton<ICallbackFormat, NdjsonCallback>();
        services.AddSingleton<ICallbackFormat, CsvCallback>();
        services.AddSingleton<ICallbackFormat, NoneCallback>();
        services.AddSingleton<ICallbackFormat, TrajectCallback>();
        services.AddSingleton<ICallbackFormat>(host => BrightLocalCallback.Form(host.GetRequiredService<BoundedResults>()));
        services.AddSingleton<ICallbackFormat>(host => BrightLocalCallback.Json(
            host.GetRequiredService<BoundedResults>(), host.GetRequiredService<IConfiguration>()));
        services.AddSingleton<ICallbackFormat, IvvyCallback>();
        services.AddSingleton<CallbackFormats>();
    }
}
