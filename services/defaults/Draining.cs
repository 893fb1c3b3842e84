using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults;

/// <summary>How a process that answers requests ends, section <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long it serves as before after SIGTERM, while <c>/health/ready</c> already says no: until all who send requests have
    /// heard. Longer than a gateway's probes are apart; 0 to 60 s.
    /// </summary>
    [Range(0, 60)]
    public double DelaySeconds { get; set; } = 5;

    /// <summary>How long requests in flight may take from then on before they are cut off; 0 to 600 s.</summary>
    [Range(0, 600)]
    public double RequestSeconds { get; set; } = 20;
}

/// <summary>
/// Ends a process that answers requests so that no client notices: first it is not ready but serves as before, then it takes
/// nothing more and lets what is in flight end, at last it cuts off what takes too long.
/// </summary>
public sealed partial class Draining : IHostedLifecycleService, IHealthCheck, IAsyncDisposable
{
    private readonly CancellationTokenSource _cutOff = new();
    private readonly ITimer _limit;
    private readonly TimeSpan _patience;
    private readonly ILogger _logger;
    private volatile bool _leaving;
    private int _inFlight;

    public Draining(IOptions<ShutdownOptions> options, TimeProvider time, ILogger<Draining> logger)
    {
        _patience = TimeSpan.FromSeconds(options.Value.RequestSeconds);
        _limit = time.CreateTimer(_ => CutOff(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _logger = logger;
    }

    /// <summary>From now on it is not ready.</summary>
    public void Leave() => _leaving = true;

    /// <summary>Before any hosted service is stopped, the server too.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Leave();
        _limit.Change(_patience, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_leaving ? HealthCheckResult.Unhealthy("It is about to end.") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _limit.DisposeAsync(); // It does not fire any more.
        _cutOff.Dispose();
    }

    /// <summary>Takes part in every request.</summary>
    internal async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(AskToLeave, context);
        Interlocked.Increment(ref _inFlight);
        try
        {
            await using var cutOff = _cutOff.Token.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    // A connection that is kept would be closed later, perhaps under its client's next request.
    private Task AskToLeave(object context)
    {
        var (request, response) = (((HttpContext)context).Request, ((HttpContext)context).Response);
        if (_leaving && HttpProtocol.IsHttp11(request.Protocol))
        {
            response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }

    private void CutOff()
    {
        if (Volatile.Read(ref _inFlight) is > 0 and var left)
        {
            Log.CutOff(_logger, left);
        }

        _cutOff.Cancel();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} requests in flight did not end in time; they are cut off")]
        public static partial void CutOff(ILogger logger, int count);
    }
}

/// <summary>Registers <see cref="Draining"/>; a wrong setting stops the start.</summary>
public static class DrainingSetup
{
    // What the rest of the process needs to stop once no request is left.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    /// <summary>Last of all, so that it is the first to hear that the process stops.</summary>
    public static IServiceCollection AddDraining(this IServiceCollection services)
    {
        services.AddOptions<ShutdownOptions>().BindConfiguration("Shutdown").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddHealthChecks().AddCheck<Draining>("draining", tags: ["ready"]);
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, SignalledLifetime>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<ShutdownOptions>>(LeaveTime);
        return services;
    }

    /// <summary>Before everything else.</summary>
    public static WebApplication UseDraining(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Draining>().ServeAsync);
        return app;
    }

    private static void LeaveTime(HostOptions host, IOptions<ShutdownOptions> shutdown)
    {
        var needed = TimeSpan.FromSeconds(shutdown.Value.RequestSeconds) + StopMargin;
        host.ShutdownTimeout = host.ShutdownTimeout > needed ? host.ShutdownTimeout : needed;
    }
}
