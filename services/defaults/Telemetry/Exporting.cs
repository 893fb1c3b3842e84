using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BatchPlatform.Defaults.Telemetry;

/// <summary>Records spans and metrics while the process runs, and sends what is left when it stops.</summary>
internal sealed class Exporting(ResourceBuilder resource) : IHostedService, IDisposable
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // ASP.NET Core describes its spans by the conventions only when asked; never with the query string.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Traces.Name, "MassTransit", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Yarp.ReverseProxy")
            .AddProcessor(new AddressShortener())
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters.Name, "MassTransit", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // After every hosted service has stopped: what they did last is sent, too.
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}

/// <summary>Leaves of a called address only its origin: paths and queries are made of params, or carry secrets.</summary>
internal sealed class AddressShortener : BaseProcessor<Activity>
{
    private const string FullAddress = "url.full";

    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem(FullAddress) is string full && Uri.TryCreate(full, UriKind.Absolute, out var address))
        {
            data.SetTag(FullAddress, address.GetLeftPart(UriPartial.Authority));
        }
    }
}
