using BatchPlatform.Api.Admission;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Traject Data's batches (ValueSERP, Scale SERP, SerpWow) and collections (Rainforest and others): kept, run again and again, each run a result set.</summary>
public sealed class TrajectDialect : IDialect
{
    private const int BodyBytes = 16 * 1024 * 1024;
    private static readonly TrajectWords[] Spellings = [TrajectWords.OfBatches, TrajectWords.OfCollections];
    private static readonly string[] Prefixes = ["", "/live"];

    public string Name => "traject";

    public IReadOnlyList<PathString> Roots { get; } = ["/batches", "/collections", "/destinations", "/live"];

    public IResult Refuse(Problem problem) => new TrajectRefusal(problem);

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var prefix in Prefixes)
        {
            foreach (var words in Spellings)
            {
                var group = routes.MapGroup($"{prefix}/{words.Batches}");
                var keyed = group.MapGroup("").RequireKey(KeyAsync);
                MapBatches(keyed, words);
                MapSearches(keyed, words);
                MapResultSets(keyed, words);
                MapFiles(group.MapGroup("").AddEndpointFilter(RequireKeyOrLinkAsync), words);
            }

            routes.MapGroup($"{prefix}/destinations").RequireKey(KeyAsync).Map("/{**rest}", (HttpContext context, string? rest) => NoDestinations());
        }
    }

    /// <summary>What a request says, in whatever way.</summary>
    internal static ValueTask<Parameters> ParametersAsync(HttpContext context) => Parameters.OfAsync(context, BodyBytes);

    private static void MapBatches(RouteGroupBuilder batches, TrajectWords words)
    {
        batches.MapPost("/", (HttpContext context, BatchHandlers handlers) => handlers.CreateAsync(context, words)).WithMetadata(new UnboundedBody());
        batches.MapGet("/", (HttpContext context, ListHandler handler) => handler.ListAsync(context, words));
        batches.MapGet("/stopall", (HttpContext context, BatchHandlers handlers) => handlers.StopAllAsync(context, words)).Writes();
        batches.MapGet("/{id}", (HttpContext context, string id, BatchHandlers handlers) => handlers.GetAsync(context, words, id));
        batches.MapPut("/{id}", (HttpContext context, string id, BatchHandlers handlers) => handlers.UpdateAsync(context, words, id))
            .WithMetadata(new UnboundedBody());
        batches.MapDelete("/{id}", (HttpContext context, string id, BatchHandlers handlers) => handlers.DeleteAsync(context, words, id));
        batches.MapGet("/{id}/start", (HttpContext context, string id, BatchHandlers handlers) => handlers.StartAsync(context, words, id)).Writes();
        batches.MapGet("/{id}/stop", (HttpContext context, string id, BatchHandlers handlers) => handlers.StopAsync(context, words, id)).Writes();
    }

    private static void MapSearches(RouteGroupBuilder batches, TrajectWords words)
    {
        var searches = $"/{{id}}/{words.Searches}";
        batches.MapGet($"{searches}/{{page}}", (HttpContext context, string id, string page, SearchPages pages) => pages.ListAsync(context, words, id, page));
        foreach (var format in new[] { "json", "csv" })
        {
            batches.MapGet($"{searches}/{format}", (HttpContext context, string id, SearchPages pages) => pages.LinksAsync(context, words, id, format));
        }

        batches.MapDelete(searches, (HttpContext context, string id, SearchHandlers handlers) => handlers.DeleteManyAsync(context, words, id));
        batches.MapDelete("/{id}/clear", (HttpContext context, string id, SearchHandlers handlers) => handlers.ClearAsync(context, words, id));
        batches.MapPut("/{id}/{search}", (HttpContext context, string id, string search, SearchHandlers handlers) => handlers.UpdateAsync(context, words, id, search));
        batches.MapDelete("/{id}/{search}", (HttpContext context, string id, string search, SearchHandlers handlers) => handlers.DeleteAsync(context, words, id, search));
    }

    private static void MapResultSets(RouteGroupBuilder batches, TrajectWords words)
    {
        batches.MapGet("/{id}/results", (HttpContext context, string id, ResultSets sets) => sets.ListAsync(context, words, id));
        batches.MapGet("/{id}/results/{set}", (HttpContext context, string id, string set, ResultSets sets) => sets.GetAsync(context, words, id, set, "json"))
            .WithMetadata(LongRequest.Mark);
        foreach (var format in new[] { "jsonlines", "csv" })
        {
            batches.MapGet(
                $"/{{id}}/results/{{set}}/{format}",
                (HttpContext context, string id, string set, ResultSets sets) => sets.GetAsync(context, words, id, set, format))
                .WithMetadata(LongRequest.Mark);
        }

        batches.MapGet(
            "/{id}/results/{set}/resendwebhook",
            (HttpContext context, string id, string set, ResultSets sets) => sets.ResendAsync(context, words, id, set)).Writes();
    }

    private static void MapFiles(RouteGroupBuilder batches, TrajectWords words)
    {
        batches.MapGet(
            "/{id}/results/{set}/files/{name}",
            (HttpContext context, string id, string set, string name, ResultFiles files) => files.WriteAsync(context, words, id, set, name))
            .WithMetadata(LongRequest.Mark);
        batches.MapGet(
            $"/{{id}}/{words.Searches}/files/{{name}}",
            (HttpContext context, string id, string name, SearchPages pages) => pages.WriteAsync(context, words, id, name))
            .WithMetadata(LongRequest.Mark);
    }

    private static async ValueTask<string?> KeyAsync(HttpContext context) =>
        context.Request.Query["api_key"].ToString() is { Length: > 0 } key ? key : (await ParametersAsync(context)).Text("api_key");

    // A link that we signed is as good as a key, for what it names.
    private static async ValueTask<object?> RequireKeyOrLinkAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var (context, services) = (call.HttpContext, call.HttpContext.RequestServices);
        if (context.Request.Query.ContainsKey(SignedLinks.Signature))
        {
            context.User = LinkAuthentication.Holder(context.Request, services.GetRequiredService<SignedLinks>());
        }
        else
        {
            await services.GetRequiredService<DialectKeys>().AdmitAsync(context, await KeyAsync(context), "read");
        }

        return await next(call);
    }

    private static TrajectRefusal NoDestinations() =>
        new(new Problem(StatusCodes.Status501NotImplemented, "NOT_IMPLEMENTED", "Destinations are not offered here, please download result sets or use a webhook"));
}

/// <summary>Registers the dialect.</summary>
public static class TrajectSetup
{
    public static IServiceCollection AddTraject(this IServiceCollection services)
    {
        services.AddOptions<TrajectOptions>().BindConfiguration(TrajectOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TrajectDialect>().AddSingleton<IDialect>(host => host.GetRequiredService<TrajectDialect>());
        services.AddSingleton<TrajectBatches>();
        services.AddSingleton<BatchHandlers>();
        services.AddSingleton<ListHandler>();
        services.AddSingleton<SearchHandlers>();
        services.AddSingleton<SearchPages>();
        services.AddSingleton<TrajectLinking>();
        services.AddSingleton<ResultSets>();
        services.AddSingleton<ResultFiles>();
        return services;
    }
}
