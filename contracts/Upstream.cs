using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Contracts;

/// <summary>A configured HTTP API that jobs of one namespace run against. Immutable: a change makes a new version.</summary>
public sealed record Upstream
{
    /// <summary>The namespace that jobs name.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>From 1; drawn when the definition is stored.</summary>
    public int Version { get; init; }

    /// <summary>Absolute http or https address that action paths are appended to; <see cref="InProcess"/> for built-in actions.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>Headers sent with every call.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How calls prove who makes them.</summary>
    public UpstreamAuth Auth { get; init; } = new();

    /// <summary>A call that takes longer fails with UPSTREAM_TIMEOUT; 1 to 600 s.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>A longer response fails with RESPONSE_TOO_LARGE; 1 KiB to 2 MiB, so that a report stays under the 4 MiB of a message.</summary>
    public int MaxResponseBytes { get; init; } = 256 * 1024;

    /// <summary>How much the upstream may be asked at once, by all workers together.</summary>
    public UpstreamLimits Limits { get; init; } = new();

    /// <summary>When a failed call is tried again.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>The calls it offers, by name.</summary>
    public IReadOnlyDictionary<string, UpstreamAction> Actions { get; init; } = new Dictionary<string, UpstreamAction>();

    /// <summary>Schemas that the actions' schemas share; they refer to one by <c>#/schemas/{name}</c>. Workers never see them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Schemas { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The address of the OpenAPI document that actions were made from; null when there was none, or it was sent along.</summary>
    [JsonPropertyName("openapi")]
    public string? OpenApi { get; init; }

    /// <summary>The definition as far as calls need it: without schemas, which are checked before a job is stored and may be large.</summary>
    public Upstream WithoutSchemas() => this with
    {
        Schemas = new Dictionary<string, JsonElement>(),
        Actions = Actions.ToDictionary(action => action.Key, action => action.Value with { Schema = null }),
    };

    /// <summary>The <see cref="BaseUrl"/> of actions that run inside the worker without HTTP.</summary>
    public const string InProcess = "inprocess:";
}

/// <summary>Limits over all batches, workers and tenants.</summary>
public sealed record UpstreamLimits
{
    /// <summary>Calls a second; 0 for no limit.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Calls that may be made at once on top of the rate after a quiet time; 0 to 100,000. Needs a rate.</summary>
    public int Burst { get; init; }

    /// <summary>Calls at once; 1 to 10,000.</summary>
    public int Concurrency { get; init; } = 64;
}

/// <summary>
/// What is sent along to prove who calls. Only the name of a secret stands here: its value, and the hosts that it may be
/// sent to, are in the workers' configuration (<c>Secrets:{name}:Value</c>, <c>:Hosts</c>).
/// </summary>
public sealed record UpstreamAuth
{
    /// <summary>none; header: the secret as a header's value; basic: the secret is user:password; oauth2: client credentials, the secret is id:secret.</summary>
    public string Type { get; init; } = "none";

    /// <summary>The secret's name.</summary>
    public string? Secret { get; init; }

    /// <summary>For header: the header that carries the secret.</summary>
    public string Header { get; init; } = "Authorization";

    /// <summary>For oauth2: where tokens are given out, absolute https or http.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>For oauth2: what is asked for, as the server spells it.</summary>
    public string? Scope { get; init; }
}

/// <summary>Exponential backoff with full jitter.</summary>
public sealed record RetryPolicy
{
    /// <summary>Calls in all, the first included; 1 to 20.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Longest wait before the second attempt; doubles with each further one.</summary>
    public double BaseSeconds { get; init; } = 1;

    /// <summary>Longest wait before any attempt.</summary>
    public double CapSeconds { get; init; } = 60;

    /// <summary>Statuses that are worth another attempt.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [500, 502, 503, 504];
}

/// <summary>One call that an upstream offers.</summary>
public sealed record UpstreamAction
{
    /// <summary>GET, POST, PUT, PATCH or DELETE.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Appended to the base address; <c>{name}</c> stands for a param.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Where a param goes: path, query, header or body. One not named goes to the body where there is one, else to the query.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>json, form or none.</summary>
    public string Body { get; init; } = "json";

    /// <summary>What counts as completed.</summary>
    public SuccessRule Success { get; init; } = new();

    /// <summary>at_least_once, or at_most_once: never repeated after an end that left open whether the call took effect.</summary>
    public string Delivery { get; init; } = "at_least_once";

    /// <summary>Limits of this call alone, within the upstream's; null for none.</summary>
    public UpstreamLimits? Limits { get; init; }

    /// <summary>When this call is tried again; null for the upstream's policy.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>JSON Schema (2020-12) that params must fit, checked when a job is submitted; null for none. Workers never see it.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the call is never repeated after an end that left open whether it took effect.</summary>
    [JsonIgnore]
    public bool AtMostOnce => Delivery == "at_most_once";
}

/// <summary>Which answers mean that a job is completed.</summary>
public sealed record SuccessRule
{
    /// <summary>Inclusive ranges or single statuses, such as "200-299" or "404".</summary>
    public IReadOnlyList<string> Statuses { get; init; } = ["200-299"];

    /// <summary>A member of a JSON answer that must have a value, as a JSON Pointer (RFC 6901) such as <c>/status</c>; null for none.</summary>
    public string? Member { get; init; }

    /// <summary>The value that it must have; null for any value but null and false.</summary>
    public JsonElement? Value { get; init; }
}
