using static BatchPlatform.Api.Upstreams.UpstreamFault;

namespace BatchPlatform.Api.Upstreams;

/// <summary>What an action's path may be: <c>/</c>, then text and <c>{name}</c>, so that a param can fill its place and change nothing else.</summary>
internal static class PathRules
{
    private const int MaxLength = 2000;

    /// <summary>Path params of one action, at most.</summary>
    public const int MaxNames = 32;

    public static IEnumerable<UpstreamFault> Faults(string field, string path)
    {
        var names = Names(path);
        return
        [
            .. Unless(path.StartsWith('/') && path.Length <= MaxLength, field, $"must begin with / and have at most {MaxLength} characters"),
            .. Unless(names is { Count: <= MaxNames }, field, $"must name each of at most {MaxNames} params as {{name}}, every brace closed"),
            .. Unless(names is null || !HasForbidden(path), field, "must not hold ?, #, a backslash, a space, or a segment that is . or .."),
        ];
    }

    /// <summary>The params in a path, each once; null when its braces are not in order.</summary>
    public static IReadOnlyCollection<string>? Names(string path) => Parts(path)?.Names.Distinct(StringComparer.Ordinal).ToList();

    /// <summary>Whether the param stands between two slashes, where it could be a whole segment.</summary>
    public static bool IsWholeSegment(string path, string name) => path.Split('/').Contains($"{{{name}}}");

    private static bool HasForbidden(string path)
    {
        var literals = Parts(path)!.Value.Literals;
        return literals.Exists(literal => literal.Any(c => c is '?' or '#' or '\\' || char.IsWhiteSpace(c) || char.IsControl(c)))
            || string.Join('x', literals).Split('/').Any(segment => Uri.UnescapeDataString(segment) is "." or "..");
    }

    private static (List<string> Literals, List<string> Names)? Parts(string path)
    {
        var (literals, names, rest) = (new List<string>(), new List<string>(), path);
        while (rest.IndexOf('{') is var open && open >= 0)
        {
            var close = rest.IndexOf('}');
            if (close <= open + 1 || rest[(open + 1)..close].Contains('{'))
            {
                return null;
            }

            literals.Add(rest[..open]);
            names.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        literals.Add(rest);
        return rest.Contains('}') ? null : (literals, names);
    }
}
