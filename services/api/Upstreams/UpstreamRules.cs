using System.Text.Json;
using BatchPlatform.Api.Schemas;
using BatchPlatform.Contracts;
using static BatchPlatform.Api.Upstreams.UpstreamFault;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Checks an upstream's definition against the bounds in the contracts; docs/upstreams.md lists them.</summary>
public static class UpstreamRules
{
    // Far under the 4 MiB of a message, in which workers get a definition whole.
    private const int MaxCallBytes = 2 * 1024 * 1024;
    private static readonly string[] AuthTypes = ["none", "header", "basic", "oauth2"];

    /// <summary>What is wrong; nothing when the definition may be used.</summary>
    public static IReadOnlyList<UpstreamFault> Faults(Upstream upstream) =>
        Nulls(upstream) is { Count: > 0 } nulls ? nulls
        : AllFaults(upstream) is { Count: > 0 } faults ? faults
        : [.. SizeFaults(upstream)];

    // What JSON can say and the contracts' types cannot refuse.
    private static List<UpstreamFault> Nulls(Upstream upstream) =>
    [
        .. upstream.Headers.SelectMany(header => Unless(header.Value is not null, $"headers.{header.Key}", "must not be null")),
        .. upstream.Actions.SelectMany(action => Unless(action.Value is not null, $"actions.{action.Key}", "must not be null")),
        .. upstream.Actions.Where(action => action.Value is not null).SelectMany(action => action.Value.Params.SelectMany(
            param => Unless(param.Value is not null, $"actions.{action.Key}.params.{param.Key}", "must not be null"))),
        .. upstream.Actions.Where(action => action.Value is not null).SelectMany(
            action => Unless(!action.Value.Success.Statuses.Contains(null!), $"actions.{action.Key}.success.statuses", "must not hold null")),
    ];

    private static List<UpstreamFault> AllFaults(Upstream upstream) =>
    [
        .. Unless(IsNamespace(upstream.Namespace), "namespace", "must have 1 to 200 characters, none of them a slash or a control character"),
        .. Unless(IsBaseUrl(upstream.BaseUrl), "base_url", "must be an absolute http or https address without user, query or fragment"),
        .. Unless(upstream.TimeoutSeconds is >= 1 and <= 600, "timeout_seconds", "must be 1 to 600"),
        .. Unless(upstream.MaxResponseBytes is >= 1024 and <= 2 * 1024 * 1024, "max_response_bytes", "must be 1024 to 2097152"),
        .. upstream.Headers.SelectMany(header => HeaderRules.DefaultHeader($"headers.{header.Key}", header.Key, header.Value)),
        .. Auth(upstream.Auth),
        .. Limits("limits", upstream.Limits),
        .. Retry("retry", upstream.Retry),
        .. Unless(upstream.Actions.Count > 0, "actions", "must name at least one action"),
        .. upstream.Actions.SelectMany(action => ActionRules.Faults($"actions.{action.Key}", action.Key, action.Value, upstream)),
        .. Schemas(upstream),
    ];

    private static IEnumerable<UpstreamFault> SizeFaults(Upstream upstream)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(upstream.WithoutSchemas(), UpstreamJson.Options).Length;
        if (bytes > MaxCallBytes)
        {
            yield return new UpstreamFault("actions", $"must have at most {MaxCallBytes} bytes, schemas left out");
        }
    }

    internal static IEnumerable<UpstreamFault> Limits(string field, UpstreamLimits limits) =>
    [
        .. Unless(limits.RequestsPerSecond is >= 0 and <= 1_000_000, $"{field}.requests_per_second", "must be 0 (no limit) to 1000000"),
        .. Unless(limits.Burst is >= 0 and <= 100_000, $"{field}.burst", "must be 0 to 100000"),
        .. Unless(limits.Burst == 0 || limits.RequestsPerSecond > 0, $"{field}.burst", "needs requests_per_second"),
        .. Unless(limits.Concurrency is >= 1 and <= 10_000, $"{field}.concurrency", "must be 1 to 10000"),
    ];

    internal static IEnumerable<UpstreamFault> Retry(string field, RetryPolicy retry) =>
    [
        .. Unless(retry.Attempts is >= 1 and <= 20, $"{field}.attempts", "must be 1 to 20"),
        .. Unless(retry.BaseSeconds is >= 0 and <= 86_400, $"{field}.base_seconds", "must be 0 to 86400"),
        .. Unless(retry.CapSeconds is >= 0 and <= 86_400, $"{field}.cap_seconds", "must be 0 to 86400"),
        .. Unless(retry.Statuses.All(status => status is >= 100 and <= 599), $"{field}.statuses", "must be 100 to 599 each"),
    ];

    internal static IEnumerable<UpstreamFault> OneOf(string[] known, string value, string field) =>
        Unless(known.Contains(value), field, $"must be one of {string.Join(", ", known)}");

    private static IEnumerable<UpstreamFault> Auth(UpstreamAuth auth) =>
    [
        .. OneOf(AuthTypes, auth.Type, "auth.type"),
        .. Unless(auth.Type == "none" || IsSecretName(auth.Secret), "auth.secret", "must be the name of a secret: 1 to 200 letters, digits, '.', '-' and '_'"),
        .. Unless(auth.Type != "none" || auth.Secret is null, "auth.secret", "needs a type"),
        .. Unless(HeaderRules.IsCredentialHeader(auth.Header), "auth.header", "must be the name of a header that no connection uses for itself"),
        .. Unless(auth.Type != "oauth2" || IsTokenUrl(auth.TokenUrl), "auth.token_url", "must be an absolute http or https address without user or fragment"),
        .. Unless(auth.Type == "oauth2" || auth.TokenUrl is null, "auth.token_url", "is for type oauth2 only"),
        .. Unless(auth.Type == "oauth2" || auth.Scope is null, "auth.scope", "is for type oauth2 only"),
        .. Unless(auth.Scope is not { Length: > 2000 }, "auth.scope", "must have at most 2000 characters"),
    ];

    private static IEnumerable<UpstreamFault> Schemas(Upstream upstream)
    {
        var shared = new SharedSchemas(upstream.Schemas);
        foreach (var name in upstream.Schemas.Keys)
        {
            if (shared.FaultOf(name) is { } fault)
            {
                yield return new UpstreamFault($"schemas.{name}{fault.Path}", fault.Message);
            }
        }

        foreach (var (name, action) in upstream.Actions)
        {
            if (action.Schema is { } schema && JsonSchema.FaultOf(schema, shared) is { } fault)
            {
                yield return new UpstreamFault($"actions.{name}.schema{fault.Path}", fault.Message);
            }
        }
    }

    private static bool IsNamespace(string text) => text.Length is > 0 and <= Contracts.Limits.NameLength && !text.Any(c => c == '/' || char.IsControl(c));

    private static bool IsSecretName(string? name) =>
        name is { Length: > 0 and <= 200 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static bool IsBaseUrl(string text) =>
        text == Upstream.InProcess || (HttpAddress(text) is { } address && address.Query.Length + address.Fragment.Length + address.UserInfo.Length == 0);

    private static bool IsTokenUrl(string? text) => HttpAddress(text) is { } address && address.Fragment.Length + address.UserInfo.Length == 0;

    private static Uri? HttpAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) ? address : null;
}
