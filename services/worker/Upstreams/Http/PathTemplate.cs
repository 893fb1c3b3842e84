namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>
/// An address with <c>{name}</c> where params go. A param fills its place and cannot do more: it is escaped, and one that would
/// change the shape of the path (empty, <c>.</c>, <c>..</c>) is refused.
/// </summary>
internal sealed class PathTemplate
{
    private readonly List<string> _literals = [];
    private readonly List<string> _names = [];

    /// <exception cref="FormatException">A brace is not closed, or a name is empty.</exception>
    public PathTemplate(string template)
    {
        var rest = template;
        while (rest.IndexOf('{') is var open && open >= 0)
        {
            var close = rest.IndexOf('}');
            if (close <= open + 1)
            {
                throw Malformed();
            }

            _literals.Add(rest[..open]);
            _names.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        _literals.Add(rest);
        if (_literals.Exists(IsMalformed) || _names.Exists(name => name.Contains('{')))
        {
            throw Malformed();
        }
    }

    public IReadOnlyCollection<string> Names => _names;

    /// <exception cref="ParamsException">A param is missing or would change the path's shape.</exception>
    public string Fill(IReadOnlyDictionary<string, string> values)
    {
        var parts = new List<string> { _literals[0] };
        for (var i = 0; i < _names.Count; i++)
        {
            parts.Add(Escaped(_names[i], values));
            parts.Add(_literals[i + 1]);
        }

        var address = string.Concat(parts);
        return HasDotSegment(address) ? throw new ParamsException("The params do not make a usable path.") : address;
    }

    private static string Escaped(string name, IReadOnlyDictionary<string, string> values) =>
        values.TryGetValue(name, out var value) && value.Length > 0
            ? Uri.EscapeDataString(value)
            : throw new ParamsException($"Param '{name}' is missing: the action's path needs it.");

    // Looked for in the whole, since neighbours can make one together.
    private static bool HasDotSegment(string address)
    {
        var path = address.AsSpan();
        path = path[..(path.IndexOf('?') is var query and >= 0 ? query : path.Length)];
        foreach (var segment in path.Split('/'))
        {
            if (path[segment] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    // A percent sign that a param could complete is as bad as a brace that is not closed.
    private static bool IsMalformed(string literal) =>
        literal.AsSpan().ContainsAny('}', '#', '\\') || literal.Any(letter => letter <= ' ') || literal.Split('%').Skip(1).Any(escape => !IsEscape(escape));

    private static bool IsEscape(string text) => text.Length >= 2 && char.IsAsciiHexDigit(text[0]) && char.IsAsciiHexDigit(text[1]);

    private static FormatException Malformed() =>
        new("The path has a brace without its other, an empty name, a fragment, a blank, a backslash or half an escape.");
}
