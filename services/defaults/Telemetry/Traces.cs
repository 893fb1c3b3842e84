using System.Diagnostics;

namespace BatchPlatform.Defaults.Telemetry;

/// <summary>
/// The platform's own spans. A batch's life is one trace: where its work waits in the store between two processes, the row
/// keeps the trace's context, and whoever goes on with it continues from there.
/// </summary>
public static class Traces
{
    /// <summary>The name of the source of spans.</summary>
    public const string Name = "BatchPlatform";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>What a row keeps of the trace that it belongs to: W3C <c>traceparent</c>, 55 characters; null outside of a trace.</summary>
    public static string? Context => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;

    /// <summary>Begins a span that goes on with the trace a row has kept; null when nobody records it.</summary>
    /// <param name="name">What is done, without ids: "slice dispatch".</param>
    /// <param name="kind">Its part in the exchange.</param>
    /// <param name="context">What <see cref="Context"/> gave; null begins a trace.</param>
    public static Activity? Continue(string name, ActivityKind kind, string? context) =>
        Source.StartActivity(name, kind, ActivityContext.TryParse(context, traceState: null, isRemote: true, out var parent) ? parent : default);
}
