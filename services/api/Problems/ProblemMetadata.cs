namespace BatchPlatform.Api;

/// <summary>Tells the OpenAPI document which refusals an address knows.</summary>
public static class ProblemMetadata
{
    public static T ProducesProblems<T>(this T route, params int[] statuses)
        where T : IEndpointConventionBuilder =>
        route.WithMetadata([.. statuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(Problem), [Problem.ContentType]))]);
}
