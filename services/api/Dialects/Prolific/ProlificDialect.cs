using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Batches;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Prolific's AI task builder: batches of tasks, one for each datapoint of an uploaded dataset.</summary>
public sealed class ProlificDialect : IDialect
{
    internal const string Root = "/api/v1/data-collection";

    public string Name => "prolific";

    public IReadOnlyList<PathString> Roots { get; } = [Root];

    public IResult Refuse(Problem problem) => new ProlificRefusal(problem);

    public void Map(IEndpointRouteBuilder routes)
    {
        // Its own address is the key.
        routes.MapPut($"{Root}/datasets/{{id}}/upload", (HttpContext context, string id, UploadHandlers uploads) => uploads.StoreAsync(context, id))
            .WithMetadata(new UnboundedBody(), LongRequest.Mark);

        var keyed = routes.MapGroup(Root).RequireKey(context => ValueTask.FromResult(KeyOf(context.Request)));
        MapBatches(keyed.MapGroup("/batches"));
        MapDatasets(keyed.MapGroup("/datasets"));
    }

    /// <summary>An answer in the vendor's spelling.</summary>
    internal static IResult Answer<T>(int status, T body) => Results.Json(body, ApiJson.Options, statusCode: status);

    private static void MapBatches(RouteGroupBuilder batches)
    {
        batches.MapPost("", (HttpContext context, BatchHandlers handlers) => handlers.CreateAsync(context));
        batches.MapGet("", (HttpContext context, BatchHandlers handlers) => handlers.ListAsync(context));
        batches.MapGet("{id}", (HttpContext context, string id, BatchHandlers handlers) => handlers.FindAsync(context, id));
        batches.MapPatch("{id}", (HttpContext context, string id, BatchHandlers handlers) => handlers.UpdateAsync(context, id));
        batches.MapGet("{id}/status", (HttpContext context, string id, BatchHandlers handlers) => handlers.StatusAsync(context, id));
        batches.MapPost("{id}/duplicate", (HttpContext context, string id, BatchHandlers handlers) => handlers.DuplicateAsync(context, id));
        batches.MapPost("{id}/setup", (HttpContext context, string id, SetupHandler setup) => setup.RunAsync(context, id));
        batches.MapGet("{id}/tasks", (HttpContext context, string id, OutcomeHandlers outcomes) => outcomes.TasksAsync(context, id));
        batches.MapGet("{id}/task-groups", (HttpContext context, string id, OutcomeHandlers outcomes) => outcomes.TaskGroupsAsync(context, id));
        batches.MapGet("{id}/responses", (HttpContext context, string id, OutcomeHandlers outcomes) => outcomes.ResponsesAsync(context, id));
        batches.MapGet("{id}/report", (HttpContext context, string id, OutcomeHandlers outcomes) => outcomes.ReportAsync(context, id));
    }

    private static void MapDatasets(RouteGroupBuilder datasets)
    {
        datasets.MapPost("", (HttpContext context, DatasetHandlers handlers) => handlers.CreateAsync(context));
        datasets.MapGet("{id}", (HttpContext context, string id, DatasetHandlers handlers) => handlers.FindAsync(context, id));
        datasets.MapGet("{id}/status", (HttpContext context, string id, DatasetHandlers handlers) => handlers.StatusAsync(context, id));
        datasets.MapGet("{id}/imports/{import}", (HttpContext context, string id, string import, DatasetHandlers handlers) => handlers.ImportAsync(context, id, import));
        datasets.MapGet("{id}/upload-url/{filename}", (HttpContext context, string id, string filename, UploadHandlers uploads) => uploads.AddressAsync(context, id, filename)).Writes();
    }

    // "Token" is the vendor's word; his clients for other people's accounts say "Bearer".
    private static string? KeyOf(HttpRequest request) => request.Headers.Authorization.ToString().Split(' ', 2) is [var scheme, var key]
        && (scheme.Equals("Token", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        ? key.Trim()
        : null;
}

/// <summary>Registers the dialect.</summary>
public static class ProlificSetup
{
    public static IServiceCollection AddProlific(this IServiceCollection services)
    {
        services.AddOptions<ProlificOptions>().BindConfiguration(ProlificOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ProlificDialect>().AddSingleton<IDialect>(host => host.GetRequiredService<ProlificDialect>());
        services.AddSingleton<ProlificBatches>();
        services.AddSingleton<ProlificLinks>();
        services.AddSingleton<BatchHandlers>();
        services.AddSingleton<SetupHandler>();
        services.AddSingleton<OutcomeHandlers>();
        services.AddSingleton<DatasetHandlers>();
        services.AddSingleton<UploadHandlers>();
        return services;
    }
}
