using System.Net;
using System.Security.Claims;
using BatchPlatform.Store;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>
/// The reading side alone, on a port of its own over an empty store and a clock that stands still. Whoever asks names
/// his tenant and perhaps a scope in headers, so that keys are not part of these tests.
/// </summary>
public abstract class ReadingApp : IAsyncLifetime
{
    private WebApplication _app = null!;

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public BatchStore Store => _app.Services.GetRequiredService<BatchStore>();

    /// <summary>A client and a seed of a tenant that nobody else uses.</summary>
    public Tenant NewTenant() => new(this, $"tenant-{Guid.NewGuid():N}");

    public HttpClient Client(string tenant) => new() { BaseAddress = new Uri(_app.Urls.Single()), DefaultRequestHeaders = { { "X-Tenant", tenant } } };

    /// <summary>What was asked of the database, where somebody wants to know.</summary>
    internal AskedQueries Queries { get; } = new();

    /// <summary>What the bus tells the reading side.</summary>
    internal EndNews News => _app.Services.GetRequiredService<EndNews>();

    public Task<long> NumberAsync() => _app.Services.GetRequiredService<NumberSource>().NextAsync(default);

    public async Task InitializeAsync()
    {
        _app = Build(new Dictionary<string, string?> { ["Store:Provider"] = Provider, ["ConnectionStrings:Store"] = await OpenAsync() });

        await using (var db = Store.Read())
        {
            await db.Database.EnsureCreatedAsync();
        }

        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await CloseAsync();
    }

    protected abstract string Provider { get; }

    protected abstract Task<string> OpenAsync();

    protected abstract Task CloseAsync();

    private WebApplication Build(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddStore(builder.Configuration);
        builder.Services.ConfigureDbContext<PostgresStoreDb>(options => options.AddInterceptors(Queries));
        builder.Services.AddReading();
        builder.Services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.Use((context, next) =>
        {
            var (tenant, scope) = (context.Request.Headers["X-Tenant"].ToString(), context.Request.Headers["X-Scope"].ToString());
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("tenant", tenant), new Claim("scope", scope)], "test"));
            return next(context);
        });
        app.MapGroup("/v1").MapReading();
        return app;
    }
}

public sealed class SqliteApp : ReadingApp
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"reading-{Guid.NewGuid():N}.db");

    protected override string Provider => "Sqlite";

    protected override Task<string> OpenAsync() => Task.FromResult($"Data Source={_file}");

    protected override Task CloseAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*"))
        {
            File.Delete(file);
        }

        return Task.CompletedTask;
    }
}

public sealed class PostgresApp : ReadingApp
{
    private PostgresDatabase _database = null!;

    public string ConnectionString => _database.ConnectionString;

    protected override string Provider => "Postgres";

    protected override async Task<string> OpenAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        return _database.ConnectionString;
    }

    protected override async Task CloseAsync() => await _database.DisposeAsync();
}
