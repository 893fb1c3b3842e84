using Microsoft.OpenApi;

namespace BatchPlatform.Api.Idempotency;

/// <summary>Tells the OpenAPI document which operations run by <see cref="IdempotentRequests"/>.</summary>
public static class IdempotencyMetadata
{
    private const string Description = """
        Sent again with the same key and the same body, within a day, the request takes effect once and gets the same answer. 1 to 255
        printable ASCII characters. 409 REQUEST_IN_PROGRESS: the first attempt is still worked on. 422 IDEMPOTENCY_KEY_REUSED: it was another request.
        """;

    public static T TakesIdempotencyKey<T>(this T route)
        where T : IEndpointConventionBuilder =>
        route.ProducesProblems(400, 409, 422).AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotentRequests.Header,
                In = ParameterLocation.Header,
                Description = Description.ReplaceLineEndings(" "),
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotentRequests.MaxKeyLength },
            });
            return Task.CompletedTask;
        });
}
