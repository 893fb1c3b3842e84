namespace BatchPlatform.Api.Quotas;

/// <summary>Tells the OpenAPI document which operations a tenant's quotas may refuse.</summary>
public static class QuotaMetadata
{
    public static T IsBoundByQuotas<T>(this T route)
        where T : IEndpointConventionBuilder =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Responses!["429"].Description =
                "A quota of the tenant has no room (QUOTA_…), or the gateway was asked too often (RATE_LIMITED). Retry-After says when to ask again.";
            return Task.CompletedTask;
        });
}
