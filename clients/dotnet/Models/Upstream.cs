using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Client;

/// <summary>A configured HTTP API that jobs of one namespace run against. What is not typed here is in <see cref="More"/>, and goes back as it came.</summary>
public sealed record Upstream
{
    /// <summary>The namespace that jobs name.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>From 1; only in answers.</summary>
    public int Version { get; init; }

    /// <summary>Action paths are appended to it.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>A call may take so long.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>How much it may be asked at once.</summary>
    public UpstreamLimits Limits { get; init; } = new();

    /// <summary>The calls it offers, by name.</summary>
    public IReadOnlyDictionary<string, UpstreamAction> Actions { get; init; } = new Dictionary<string, UpstreamAction>();

    /// <summary>The other members of the definition.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> More { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>Limits over all batches, workers and tenants.</summary>
public sealed record UpstreamLimits
{
    /// <summary>Calls a second; 0 for no limit.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Calls that may be made at once on top of the rate after a quiet time.</summary>
    public int Burst { get; init; }

    /// <summary>Calls at once.</summary>
    public int Concurrency { get; init; } = 64;
}

/// <summary>One call that an upstream offers. What is not typed here is in <see cref="More"/>.</summary>
public sealed record UpstreamAction
{
    /// <summary>GET, POST, PUT, PATCH or DELETE.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Appended to the base address; <c>{name}</c> stands for a param.</summary>
    public string Path { get; init; } = "/";

    /// <summary>at_least_once or at_most_once.</summary>
    public string Delivery { get; init; } = "at_least_once";

    /// <summary>Limits of this call alone, within the upstream's.</summary>
    public UpstreamLimits? Limits { get; init; }

    /// <summary>The other members of the definition.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> More { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>Whether an upstream is called.</summary>
/// <param name="Namespace">The upstream.</param>
/// <param name="Paused">Somebody paused it.</param>
/// <param name="PauseReason">Why.</param>
/// <param name="ClosedUntil">Not called before then; null when it never was closed.</param>
/// <param name="Failing">It failed most calls; single jobs probe whether it is well again.</param>
/// <param name="InUse">What workers may ask of it at this moment.</param>
public sealed record UpstreamGate(string Namespace, bool Paused, string? PauseReason, DateTimeOffset? ClosedUntil, bool Failing, UpstreamUse InUse);

/// <summary>How much of an upstream's limits is given out to workers.</summary>
/// <param name="Jobs">Jobs that they have, or are sent.</param>
/// <param name="Concurrency">Calls at once.</param>
/// <param name="CallsPerSecond">Calls a second; 0 where there is no such limit.</param>
public sealed record UpstreamUse(int Jobs, int Concurrency, double CallsPerSecond);
