using Microsoft.AspNetCore.Http.Metadata;

namespace BatchPlatform.Api;

/// <summary>Tells the server that a body may have any length, packed or not: whoever reads it keeps its own bounds.</summary>
public sealed class UnboundedBody : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => null;
}
