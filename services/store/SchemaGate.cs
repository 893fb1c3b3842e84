using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>
/// Holds a service's start until the database answers and has this version's schema, and says what it waits for: services
/// may be started in any order, and before <c>orchestrator -- migrate</c> has run.
/// </summary>
public sealed partial class SchemaGate(BatchStore store, TimeProvider time, ILogger<SchemaGate> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Runs before anything hosted starts. Waits for as long as it takes.</summary>
    /// <exception cref="StoreUnusableException">The SQLite file is damaged, or no database: waiting would not help.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        while (!await IsOpenAsync(cancellationToken))
        {
            await Task.Delay(Period, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await StoreMigration.IsPendingAsync(store, cancellationToken))
            {
                return true;
            }

            Log.SchemaMissing(logger);
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            // Also a refused password: what a server says while it starts, or is being set up, is not its last word.
            Log.NoAnswer(logger, error.Message);
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting: the database does not have this version's schema. Run: orchestrator -- migrate")]
        public static partial void SchemaMissing(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database: {Reason}")]
        public static partial void NoAnswer(ILogger logger, string reason);
    }
}

/// <summary>Registers the gate.</summary>
public static class SchemaGateSetup
{
    /// <summary>Makes this process wait for the schema before it starts; not for the process that brings the schema up.</summary>
    public static IServiceCollection AddSchemaGate(this IServiceCollection services) => services.AddHostedService<SchemaGate>();
}
