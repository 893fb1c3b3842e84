using System.Globalization;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Statuses as a definition lists them: <c>200-299</c> or <c>404</c>.</summary>
internal sealed class StatusRanges
{
    private readonly (int First, int Last)[] _ranges;

    /// <exception cref="FormatException">A text is no status and no range of them.</exception>
    public StatusRanges(IEnumerable<string> texts) => _ranges = [.. texts.Select(Parse)];

    public bool Contains(int status) => Array.Exists(_ranges, range => range.First <= status && status <= range.Last);

    private static (int First, int Last) Parse(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2 && TryStatus(ends[0], out var first) && TryStatus(ends[^1], out var last) && first <= last
            ? (first, last)
            : throw new FormatException($"'{text}' is no status and no range of statuses.");
    }

    private static bool TryStatus(string text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599;
}
