using System.IO.Compression;
using BatchPlatform.Api.Actions;
using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Auditing;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Api.DeadLetters;
using BatchPlatform.Api.Deliveries;
using BatchPlatform.Api.Dialects;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Api.Housekeeping;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Imports;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Api.Reading;
using BatchPlatform.Api.Tenants;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.DeadLetters;
using BatchPlatform.Store;
using BatchPlatform.Store.Security;
using MassTransit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BatchPlatform.Api;

/// <summary>Registers and maps the API, for its own process and for the standalone host.</summary>
public static class ApiSetup
{
    /// <summary>The policy of what only an operator may do: the key must have the scope admin, too.</summary>
    public const string AdminPolicy = "admin";

    private const string ScopePolicy = "scope";
    private const int CleanupsAtOnce = 2;

    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ApiOptions>().BindConfiguration("Api")
            .ValidateDataAnnotations()
            .Validate(options => options.LeaseSeconds > options.CommandSeconds, "Api:LeaseSeconds must be longer than Api:CommandSeconds.")
            .ValidateOnStart();
        services.AddAddressGuard();
        services.AddForwarded();
        services.TryAddSingleton(TimeProvider.System);
        services.AddAdmission();
        services.AddHttp();
        services.AddKeys();
        services.AddSecrets(addsKeys: true);
        services.AddQuotas();
        services.AddSingleton<QuotaGate>();
        services.AddReading();
        services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OldAudit>();
        services.AddDialects();

        services.AddSingleton<UpstreamDirectory>();
        services.AddSingleton<UpstreamVersions>();
        services.AddSingleton<UpstreamWriting>();
        services.AddSingleton<DocumentFetch>();
        services.AddSingleton<BatchCommands>();
        services.AddSingleton<Operations>();
        services.AddSingleton<CallbackSecrets>();
        services.AddSingleton<TenantDefaults>();
        services.AddSingleton<Resending>();
        services.AddSingleton<DeadLetterQueues>();
        services.AddSingleton<Submissions>();
        services.AddSingleton<BatchCreation>();
        services.AddSingleton<Lifecycle>();
        services.AddSingleton<IdempotencyRows>();
        services.AddSingleton<IdempotentRequests>();
        services.AddSingleton<AppendRows>();
        services.AddSingleton<ClosedAppends>();
        services.AddSingleton<Appender>();
        services.AddSingleton<JobAppending>();
        services.AddSingleton<JobEditing>();
        services.AddDatasets();
        services.AddActions();

        services.AddHostedService<ApiStart>();
        services.AddHostedService<ApiClock>();
        services.AddHostedService<OutboxSweeper>();
        return builder;
    }

    public static BusPart Bus(IConfiguration configuration) => new(
        bus =>
        {
            bus.AddConsumer<BatchCleanup>();
            bus.AddConsumer<BatchesEndedConsumer>();
        },
        (context, queues) =>
        {
            queues.Durable(Queues.ApiCleanup, CleanupsAtOnce, queue => queue.ConfigureConsumer<BatchCleanup>(context));
            queues.Broadcast("api", queue => queue.ConfigureConsumer<BatchesEndedConsumer>(context));
        });

    public static WebApplication MapApi(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseDialects();
        app.UseMiddleware<AdmissionMiddleware>();
        app.UseRequestDecompression();
        app.UseMiddleware<KnownEncodings>();
        app.UseAuthentication();
        app.UseAuthorization();

        var v1 = app.MapGroup("/v1").RequireAuthorization(ScopePolicy).ProducesProblems(401, 403, 429);
        v1.MapBatches();
        v1.MapUploads();
        v1.MapJobEdits();
        v1.MapLifecycle();
        v1.MapJobCancel();
        v1.MapActions();
        v1.MapUpstreams();
        v1.MapDatasets();
        v1.MapExpansions();
        v1.MapGates();
        v1.MapTenants();
        v1.MapUsage();
        v1.MapTenantList();
        v1.MapKeys();
        v1.MapAudit();
        v1.MapDeadLetters();
        v1.MapReading();
        v1.MapDeliveries();

        app.MapDialects();
        app.MapOpenApi("/openapi/v1.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.SwaggerEndpoint("/openapi/v1.json", "BatchPlatform");
        });
        return app;
    }

    private static void AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<OverloadOptions>().BindConfiguration("Overload").ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<ShedRequests>();
        services.AddSingleton<HeldBodies>();
        services.AddSingleton<AdmissionMiddleware>();
    }

    private static void AddHttp(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddApiDocument();
        // A gzip that was cut off is an error, not the end of the body; the other packings could not tell.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);
        services.AddRequestDecompression(packed =>
        {
            packed.DecompressionProviders.Remove("br");
            packed.DecompressionProviders.Remove("deflate");
        });
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["application/json", Problem.ContentType, "application/x-ndjson", "text/csv"];
        });
    }

    private static void AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton<DatasetTable>();
        services.AddSingleton<DatasetContents>();
        services.AddSingleton<DatasetUploading>();
        services.AddSingleton<DatasetCleanup>();
        services.AddSingleton<ExpansionRows>();
        services.AddSingleton<Expanding>();
        services.AddSingleton<ExpansionRuns>();
        services.AddSingleton<ExpansionRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<ExpansionRuns>());
    }

    private static void AddActions(this IServiceCollection services)
    {
        services.AddSingleton<ActionRows>();
        services.AddSingleton<ActionTargets>();
        services.AddSingleton<Acting>();
        services.AddSingleton<ActionRuns>();
        services.AddSingleton<ActionRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<ActionRuns>());
    }

    private static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyDirectory>();
        services.AddSingleton<KeyTable>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<KeyWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUses>());
        services.AddHostedService(provider => provider.GetRequiredService<KeyWatch>());
        services.AddSingleton<FirstKey>();
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, LinkAuthentication>(LinkAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(ScopePolicy, KeyAuthentication.RequireScope).AddPolicy(AdminPolicy, KeyAuthentication.RequireAdmin);
    }
}
