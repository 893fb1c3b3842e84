using System.Globalization;
using BatchPlatform.Contracts;
using static BatchPlatform.Api.Upstreams.UpstreamFault;

namespace BatchPlatform.Api.Upstreams;

/// <summary>Checks one action of a definition.</summary>
internal static class ActionRules
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Places = ["path", "query", "header", "body"];
    private static readonly string[] Bodies = ["json", "form", "none"];
    private static readonly string[] Deliveries = ["at_least_once", "at_most_once"];

    public static IEnumerable<UpstreamFault> Faults(string field, string name, UpstreamAction action, Upstream upstream) =>
    [
        .. Unless(name.Length is > 0 and <= Limits.NameLength && !name.Any(char.IsControl), field, "must have a name of 1 to 200 characters"),
        .. UpstreamRules.OneOf(Methods, action.Method, $"{field}.method"),
        .. PathRules.Faults($"{field}.path", action.Path),
        .. UpstreamRules.OneOf(Bodies, action.Body, $"{field}.body"),
        .. UpstreamRules.OneOf(Deliveries, action.Delivery, $"{field}.delivery"),
        .. action.Params.SelectMany(param => Param($"{field}.params.{param.Key}", param.Key, param.Value, action, upstream.Auth)),
        .. PathRules.Names(action.Path)?.SelectMany(param => InPath($"{field}.params.{param}", param, action)) ?? [],
        .. Success($"{field}.success", action.Success),
        .. action.Limits is null ? [] : UpstreamRules.Limits($"{field}.limits", action.Limits),
        .. action.Retry is null ? [] : UpstreamRules.Retry($"{field}.retry", action.Retry),
    ];

    private static IEnumerable<UpstreamFault> Param(string field, string name, string place, UpstreamAction action, UpstreamAuth auth) =>
    [
        .. UpstreamRules.OneOf(Places, place, field),
        .. Unless(place != "path" || PathRules.Names(action.Path)?.Contains(name) is not false, field, "is not in the path"),
        .. Unless(place != "body" || action.HasBody(), field, "goes to the body, but there is none"),
        .. place == "header" ? HeaderRules.Param(field, name, SecretHeader(auth)) : [],
    ];

    // A name in the path needs no entry; one that says otherwise is a mistake.
    private static IEnumerable<UpstreamFault> InPath(string field, string name, UpstreamAction action) =>
        Unless(action.Params.GetValueOrDefault(name, "path") == "path", field, "is in the path");

    private static IEnumerable<UpstreamFault> Success(string field, SuccessRule rule) =>
    [
        .. Unless(rule.Statuses.Count > 0 && rule.Statuses.All(IsStatusRange), $"{field}.statuses", "must be statuses or ranges such as 200-299"),
        .. Unless(rule.Member is null || IsPointer(rule.Member), $"{field}.member", "must be a JSON Pointer such as /status"),
        .. Unless(rule.Value is null || rule.Member is not null, $"{field}.value", "needs a member"),
    ];

    /// <summary>Whether calls carry a body; a GET has none, whatever its definition says.</summary>
    public static bool HasBody(this UpstreamAction action) => action.Method != "GET" && action.Body != "none";

    private static string? SecretHeader(UpstreamAuth auth) => auth.Type == "header" ? auth.Header : null;

    private static bool IsPointer(string text) =>
        text is ['/', ..] and { Length: <= 1000 } && !text.Replace("~0", "").Replace("~1", "").Contains('~');

    private static bool IsStatusRange(string text)
    {
        var ends = text.Split('-');
        return ends.Length is 1 or 2
            && ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599)
            && string.CompareOrdinal(ends[0], ends[^1]) <= 0;
    }
}
