using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BatchPlatform.Api;
using BatchPlatform.Dashboard;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Edge;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Notifier;
using BatchPlatform.Orchestrator;
using BatchPlatform.Store;
using BatchPlatform.Worker;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Standalone;

/// <summary>How the platform is set up in one process.</summary>
/// <param name="Folder">Keeps the database and the master key.</param>
/// <param name="Urls">Where the API listens.</param>
/// <param name="Upstreams">Keyed by namespace.</param>
/// <param name="Settings">Configuration that overrides the environment.</param>
internal sealed record PlatformSettings(string Folder, string Urls, JsonObject Upstreams, IReadOnlyDictionary<string, string?> Settings);

/// <summary>All services in one process, set up by the methods that their own programs call: in-memory bus, one SQLite file.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Platform(WebApplication app) => _app = app;

    /// <summary>Where the API listens.</summary>
    public IEnumerable<string> Urls => _app.Urls;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Brings the schema up and starts everything. Only disposing stops it: Ctrl-C is the command line's.</summary>
    /// <exception cref="BadInputException">Something configured cannot be used.</exception>
    public static async Task<Platform> StartAsync(PlatformSettings settings, CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        var started = false;
        try
        {
            app = Build(settings, isStarted: () => started);
            await StoreMigration.MigrateAsync(app.Services.GetRequiredService<BatchStore>(), cancellationToken);
            await app.StartAsync(cancellationToken);
            started = true;
            return new Platform(app);
        }
        catch (Exception error)
        {
            await (app is null ? default : EndFailedStartAsync(app));
            if (StoreUnusableException.Of(error, DatabaseIn(settings.Folder)) is { } unusable)
            {
                throw new BadInputException(unusable.Message, unusable);
            }

            if (IsBadInput(error))
            {
                throw new BadInputException(error.Message, error);
            }

            throw;
        }
    }

    /// <summary>Returns when asked to, or when a part of the platform has failed so that the whole must stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops in order: what is being done ends or is handed back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(PlatformSettings settings, Func<bool> isStarted)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.AddSecretFiles();
        builder.AddLogDefaults(forMachines: false);
        builder.AddTelemetry("standalone");
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(new JsonObject { ["Upstreams"] = settings.Upstreams }.ToJsonString())));
        builder.Configuration.AddInMemoryCollection(settings.Settings);
        var masterKey = builder.Configuration["Security:MasterKey"] ?? MasterKeyFile.ReadOrMake(settings.Folder);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Store:Provider"] = "Sqlite",
            ["ConnectionStrings:Store"] = $"Data Source={DatabaseIn(settings.Folder)}",
            ["Bus:Transport"] = "InMemory",
            ["Security:MasterKey"] = masterKey,
            ["Dashboard:SessionKey"] = builder.Configuration["Dashboard:SessionKey"] ?? MasterKeyFile.SessionKeyOf(masterKey),
            // Half of a worker's own: slices do not travel here, and each that is worked on takes memory.
            ["Worker:Slots"] = builder.Configuration["Worker:Slots"] ?? Math.Max(4, 2 * Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture),
        });
        // What stops the start is told to the user in one line; the host would log it as well, with where in the code it came up.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && isStarted());
        // A bus that never began says that it cannot be stopped.
        builder.Logging.AddFilter("MassTransit", level => level >= LogLevel.Warning && isStarted());
        builder.ListenAt(settings.Urls);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.AddEdge();

        builder.Services.AddStore(builder.Configuration);
        builder.Services.AddBus(
            builder.Configuration,
            ApiSetup.Bus(builder.Configuration),
            OrchestratorSetup.Bus(builder.Configuration),
            WorkerSetup.Bus(builder.Configuration),
            NotifierSetup.Bus(builder.Configuration));
        builder.AddApi();
        builder.AddOrchestrator();
        builder.AddWorker();
        builder.Services.AddSingleton(new PublicAddress(builder.Configuration[PublicAddress.Setting] ?? AddressIn(settings.Urls)));
        builder.AddNotifier();
        builder.AddDashboard();
        builder.Services.AddDraining();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, CallerLifetime>());

        var app = builder.Build();
        app.UseDraining();
        app.UseEdge();
        app.MapDashboard();
        app.MapApi();
        app.MapHealth();
        return app;
    }

    /// <remarks>
    /// Disposing alone would not wait for the parts that had already begun: they would go on with a database whose folder is gone,
    /// and say so on the console.
    /// </remarks>
    private static async ValueTask EndFailedStartAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (Exception error) when (error is AggregateException or InvalidOperationException or OperationCanceledException or ArgumentNullException)
        {
            // A part that never began may be unable to end, and so is a host whose parts could not be made. What stopped the
            // start is the news.
        }

        await app.DisposeAsync();
    }

    // The first of them, unless it stands for all addresses of this machine or for a free port.
    private static string? AddressIn(string urls) =>
        Uri.TryCreate(urls.Split(';')[0], UriKind.Absolute, out var url) && url.Port > 0 && url.Host is not ("0.0.0.0" or "[::]")
            ? url.GetLeftPart(UriPartial.Authority)
            : null;

    private static string DatabaseIn(string folder) => Path.Combine(folder, DataFolder.Database);

    private static bool IsBadInput(Exception error) =>
        error is InvalidOperationException or OptionsValidationException or IOException or UnauthorizedAccessException or FormatException or InvalidDataException;

    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
