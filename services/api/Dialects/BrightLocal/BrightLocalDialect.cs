namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>BrightLocal's API v4: batches that are made, filled with one call for each job, committed and polled.</summary>
public sealed class BrightLocalDialect : IDialect
{
    private const int BodyBytes = Contracts.Limits.ParamsBytes + RequestBody.SmallBytes;

    public string Name => "brightlocal";

    public IReadOnlyList<PathString> Roots { get; } = ["/seo-tools/api"];

    public IResult Refuse(Problem problem) => new BrightLocalRefusal(problem);

    public void Map(IEndpointRouteBuilder routes)
    {
        var v4 = routes.MapGroup("/seo-tools/api/v4").RequireKey(async context => (await ParametersAsync(context)).Text("api-key"));
        v4.MapPost("/batch", (HttpContext context, BatchHandlers batches) => batches.CreateAsync(context));
        v4.MapPut("/batch", (HttpContext context, BatchHandlers batches) => batches.CommitAsync(context));
        v4.MapGet("/batch", (HttpContext context, ResultsHandler results) => results.WriteAsync(context));
        v4.MapDelete("/batch", (HttpContext context, BatchHandlers batches) => batches.DeleteAsync(context));
        v4.MapPut("/batch/stop", (HttpContext context, BatchHandlers batches) => batches.StopAsync(context));
        foreach (var kind in JobKind.All)
        {
            v4.MapPost(kind.Path, (HttpContext context, JobHandler jobs) => jobs.AddAsync(context, kind)).WithMetadata(kind);
        }
    }

    /// <summary>What a request says, in whatever way.</summary>
    internal static ValueTask<Parameters> ParametersAsync(HttpContext context) => Parameters.OfAsync(context, BodyBytes);
}

/// <summary>Registers the dialect.</summary>
public static class BrightLocalSetup
{
    public static IServiceCollection AddBrightLocal(this IServiceCollection services)
    {
        services.AddOptions<BrightLocalOptions>().BindConfiguration(BrightLocalOptions.Section).ValidateOnStart();
        services.AddSingleton<BrightLocalDialect>().AddSingleton<IDialect>(host => host.GetRequiredService<BrightLocalDialect>());
        services.AddSingleton<BrightLocalBatches>();
        services.AddSingleton<BatchHandlers>();
        services.AddSingleton<JobHandler>();
        services.AddSingleton<ResultsHandler>();
        return services;
    }
}
