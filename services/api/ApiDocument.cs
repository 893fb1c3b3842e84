using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Uploads;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BatchPlatform.Api;

/// <summary>What the OpenAPI document says beyond what the routes say themselves.</summary>
internal static class ApiDocument
{
    private const string KeyScheme = "key";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(document =>
    {
        document.AddDocumentTransformer((described, _, _) => DescribeAsync(described));
        document.AddOperationTransformer((operation, _, _) => NameParametersAsync(operation));
        document.AddSchemaTransformer(DescribeJobsAsync);
    });

    // The same in every process shape, and at whatever address it is read.
    private static Task DescribeAsync(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo { Title = "BatchPlatform", Version = "v1", Description = "Batches of API calls: create, add jobs, commit, follow, read the results." };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
        return Task.CompletedTask;
    }

    // Those that come together are properties, whose names begin with a capital; in an address any case will do.
    private static Task NameParametersAsync(OpenApiOperation operation)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Query) ?? [])
        {
            parameter.Name = parameter.Name?.ToLowerInvariant();
        }

        return Task.CompletedTask;
    }

    // Jobs that come inline are read from the body's own bytes, so their type says nothing of them.
    private static async Task DescribeJobsAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(RawJson))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = await context.GetOrCreateSchemaAsync(typeof(JobEditApi.JobBody), parameterDescription: null, cancellationToken);
        }
    }
}
