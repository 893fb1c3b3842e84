using BatchPlatform.Api.Upstreams;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Api;

/// <summary>
/// Before the first request: there is a master key and the key ring is wrapped with it, somebody has a key, and the configured
/// upstreams are stored. What is wrong with an upstream or the first key stops the start; a database that goes away is waited for.
/// </summary>
public sealed partial class ApiStart(
    MasterKey master,
    MasterKeyRotation rotation,
    FirstKey key,
    UpstreamVersions upstreams,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<ApiStart> logger,
    PassingError? passes = null) : IHostedService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configured = ConfiguredUpstreams.Read(configuration);
        while (!await TryAsync(configured, cancellationToken))
        {
            await Task.Delay(Period, time, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Each step leaves alone what is there already, so that all of them can be taken again.
    private async Task<bool> TryAsync(IReadOnlyList<Contracts.Upstream> configured, CancellationToken cancellationToken)
    {
        try
        {
            await master.EnsureAsync(cancellationToken);
            await rotation.RunAsync(cancellationToken);
            await key.EnsureAsync(cancellationToken);
            foreach (var upstream in configured)
            {
                await upstreams.ConfigureAsync(upstream, cancellationToken);
            }

            return true;
        }
        // What is wrong with a SQLite file is for its owner to mend, also where a request would be told to come again.
        catch (Exception error) when ((error.PassesInStore(passes) && StoreUnusableException.Of(error, "") is null) || error is TimeoutException)
        {
            Log.NoAnswer(logger, error.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database: {Reason}")]
        public static partial void NoAnswer(ILogger logger, string reason);
    }
}
