namespace BatchPlatform.Api.Schemas;

/// <summary>Where a value does not fit its schema, or a schema is none.</summary>
/// <param name="Path">The way to it, such as <c>.address.lines[2]</c>; empty for the whole.</param>
/// <param name="Message">What it must be.</param>
public sealed record SchemaFault(string Path, string Message)
{
    internal static SchemaFault Here(string message) => new("", message);

    internal SchemaFault Under(string parent) => this with { Path = parent + Path };
}

/// <summary>A schema says something that cannot be checked here.</summary>
internal sealed class SchemaException(string path, string message) : Exception(message)
{
    public SchemaFault Fault { get; } = new(path, message);
}
