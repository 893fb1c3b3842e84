namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>iVvy's API 1.0: a batch is submitted whole, polled by its <c>asyncId</c>, and calls back.</summary>
public sealed class IvvyDialect : IDialect
{
    public string Name => "ivvy";

    public IReadOnlyList<PathString> Roots { get; } = ["/api/1.0"];

    public IResult Refuse(Problem problem) => new IvvyRefusal(problem);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/1.0/{space}", (string space, HttpContext context, IvvyActions actions) => actions.RunAsync(context, space))
            .WithMetadata(new UnboundedBody());
}

/// <summary>Registers the dialect.</summary>
public static class IvvySetup
{
    public static IServiceCollection AddIvvy(this IServiceCollection services)
    {
        services.AddSingleton<IvvyDialect>().AddSingleton<IDialect>(host => host.GetRequiredService<IvvyDialect>());
        services.AddSingleton<IvvyKeys>();
        services.AddSingleton<IvvyActions>();
        services.AddSingleton<IvvyRun>();
        services.AddSingleton<IvvyBatches>();
        return services;
    }
}
