using System.Globalization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Checks an upstream's definition against the bounds in the contracts.</summary>
public static class UpstreamRules
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Places = ["path", "query", "header", "body"];
    private static readonly string[] Bodies = ["json", "form", "none"];
    private static readonly string[] Deliveries = ["at_least_once", "at_most_once"];

    /// <summary>What is wrong, each as "field: message"; nothing when the definition may be used.</summary>
    public static IEnumerable<string> Faults(Upstream upstream) =>
    [
        .. Check(upstream.Namespace.Length is > 0 and <= Contracts.Limits.NameLength, "namespace", "must have 1 to 200 characters"),
        .. Check(IsAddress(upstream.BaseUrl), "base_url", "must be an absolute http or https address without query or fragment"),
        .. Check(upstream.TimeoutSeconds is >= 1 and <= 600, "timeout_seconds", "must be 1 to 600"),
        .. Check(upstream.MaxResponseBytes is >= 1024 and <= 2 * 1024 * 1024, "max_response_bytes", "must be 1024 to 2097152"),
        .. Check(upstream.Limits.RequestsPerSecond is >= 0 and <= 1_000_000, "limits.requests_per_second", "must be 0 (no limit) to 1000000"),
        .. Check(upstream.Limits.Concurrency is >= 1 and <= 10_000, "limits.concurrency", "must be 1 to 10000"),
        .. upstream.Headers.SelectMany(header => Check(IsHeader(header.Key, header.Value), $"headers.{header.Key}", "is no valid header")),
        .. Faults(upstream.Retry),
        .. Check(upstream.Actions.Count > 0, "actions", "must name at least one action"),
        .. upstream.Actions.SelectMany(action => Faults($"actions.{action.Key}", action.Key, action.Value)),
    ];

    private static IEnumerable<string> Faults(RetryPolicy retry) =>
    [
        .. Check(retry.Attempts is >= 1 and <= 20, "retry.attempts", "must be 1 to 20"),
        .. Check(retry.BaseSeconds is >= 0 and <= 86_400, "retry.base_seconds", "must be 0 to 86400"),
        .. Check(retry.CapSeconds is >= 0 and <= 86_400, "retry.cap_seconds", "must be 0 to 86400"),
        .. Check(retry.Statuses.All(status => status is >= 100 and <= 599), "retry.statuses", "must be 100 to 599 each"),
    ];

    private static IEnumerable<string> Faults(string field, string name, UpstreamAction action) =>
    [
        .. Check(name.Length is > 0 and <= Contracts.Limits.NameLength, field, "must have a name of 1 to 200 characters"),
        .. OneOf(Methods, action.Method, $"{field}.method"),
        .. Check(action.Path.StartsWith('/'), $"{field}.path", "must begin with /"),
        .. action.Params.SelectMany(param => OneOf(Places, param.Value, $"{field}.params.{param.Key}")),
        .. OneOf(Bodies, action.Body, $"{field}.body"),
        .. Check(action.Success.Statuses.Count > 0 && action.Success.Statuses.All(IsStatusRange), $"{field}.success.statuses", "must be statuses or ranges such as 200-299"),
        .. OneOf(Deliveries, action.Delivery, $"{field}.delivery"),
    ];

    private static IEnumerable<string> OneOf(string[] known, string value, string field) =>
        Check(known.Contains(value), field, $"must be one of {string.Join(", ", known)}");

    private static IEnumerable<string> Check(bool holds, string field, string message) => holds ? [] : [$"{field}: {message}"];

    private static bool IsAddress(string text) =>
        text == Upstream.InProcess
        || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length + address.Fragment.Length == 0);

    private static bool IsHeader(string name, string value) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)) && !value.AsSpan().ContainsAny("\r\n\0");

    private static bool IsStatusRange(string text)
    {
        var ends = text.Split('-');
        return ends.Length is 1 or 2
            && ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599)
            && string.CompareOrdinal(ends[0], ends[^1]) <= 0;
    }
}
