using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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
        document.AddOperationTransformer((operation, _, _) => DescribeRateLimitAsync(operation));
        document.AddSchemaTransformer(DescribeJobsAsync);
        document.AddSchemaTransformer((schema, context, _) => RequireWhatIsWrittenAsync(schema, context.JsonTypeInfo));
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

    // The gateway's; what else it may be, an operation says itself.
    private static Task DescribeRateLimitAsync(OpenApiOperation operation)
    {
        if (operation.Responses?.GetValueOrDefault("429") is { } limited)
        {
            limited.Description = "The gateway was asked too often (RATE_LIMITED). Retry-After says when to ask again.";
        }

        return Task.CompletedTask;
    }

    // What is left out when it is null is not required, although it must be given to whoever makes one here.
    private static Task RequireWhatIsWrittenAsync(OpenApiSchema schema, JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AttributeProvider is { } member
            && member.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }]))
        {
            schema.Required?.Remove(property.Name);
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
