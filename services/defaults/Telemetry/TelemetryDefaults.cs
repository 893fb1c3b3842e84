using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace BatchPlatform.Defaults.Telemetry;

/// <summary>
/// Traces, metrics and logs over OTLP, set by OpenTelemetry's own environment variables. Nothing is recorded until
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to send it.
/// </summary>
public static class TelemetryDefaults
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Namespace = "batchplatform";

    /// <summary>Adds what every process sends.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="service">Its name; <c>OTEL_SERVICE_NAME</c> overrides it.</param>
    public static T AddTelemetry<T>(this T builder, string service)
        where T : IHostApplicationBuilder
    {
        builder.Services.AddMetrics();
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
        {
            return builder;
        }

        var resource = ResourceOf(service);
        builder.Services.AddHostedService(_ => new Exporting(resource));
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeScopes = true;
            logs.AddOtlpExporter();
        });
        return builder;
    }

    // The attributes of the environment come last and win.
    private static ResourceBuilder ResourceOf(string service) => ResourceBuilder.CreateEmpty()
        .AddService(service, Namespace, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
