namespace BatchPlatform.Api.Upstreams;

/// <summary>What is wrong with a definition.</summary>
/// <param name="Field">The member, as a path such as <c>actions.lookup.method</c>.</param>
/// <param name="Message">What it must be.</param>
public sealed record UpstreamFault(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";

    /// <summary>The fault, unless <paramref name="holds"/>.</summary>
    internal static IEnumerable<UpstreamFault> Unless(bool holds, string field, string message) => holds ? [] : [new UpstreamFault(field, message)];
}
