using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Handlers;

/// <summary>A job in a handler's hands.</summary>
public sealed class JobCall
{
    /// <summary>The upstream that it was submitted for.</summary>
    public required string Namespace { get; init; }

    /// <summary>The action of that upstream.</summary>
    public required string Action { get; init; }

    /// <summary>Names the job of this run, the same on every attempt: the key under which to remember that it is done.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The params as they were submitted: a JSON object, UTF-8.</summary>
    public required ReadOnlyMemory<byte> RawParams { get; init; }

    /// <summary>The params, read anew at each call.</summary>
    /// <typeparam name="T">What they should be; names are matched without regard to case.</typeparam>
    /// <exception cref="JobFailedException">PARAMS_DO_NOT_FIT: they are something else.</exception>
    public T ReadParams<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(RawParams.Span, JsonSerializerOptions.Web) ?? throw DoNotFit(null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw DoNotFit(error);
        }
    }

    // Where it went wrong may be told, what stood there not.
    private static JobFailedException DoNotFit(Exception? error) => new(
        error is JsonException { Path: { Length: > 0 } path } ? $"The params do not fit at {path}." : "The params do not fit.",
        ErrorCodes.ParamsDoNotFit);
}
