using System.Text;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>Values that somebody would try, and what comes of joining them: always the same ones.</summary>
internal static class HostileValues
{
    private static readonly string[] Pieces =
    [
        ".", "..", "/", "\\", "%2e", "%2F", "%5c", "%00", "%", "\0", "\r\n", "\n", "\t", " ", "?", "#", "&", "=", "+", ";", ":", "@", "//",
        "http://", "evil.com", "@evil.com:80", "X-Admin: 1", "HTTP/1.1\r\nHost: evil.com\r\n\r\n", "{id}", "}", "'", "\"", "<", "|", "^", "`", "~", "*",
        "é", "e\u0301", "日本", "😀", "\u202E", "\uFEFF", "\uFF0E\uFF0E", "\u2024", "\uFF0F", "\u2215", "\u0085", "\u2028", "\u007F", "a", "0",
    ];

    public static IEnumerable<string> All => Pieces.Concat(Joined(1_000)).Append(new string('é', 500)).Append(new string('.', 1_000));

    /// <summary>The only values that no escape can make one segment of a path.</summary>
    public static bool IsSegment(string value) => value is not ("" or "." or "..");

    private static IEnumerable<string> Joined(int count)
    {
        var random = new Random(4711);
        for (var i = 0; i < count; i++)
        {
            var value = new StringBuilder();
            for (var pieces = random.Next(2, 6); pieces > 0; pieces--)
            {
                value.Append(Pieces[random.Next(Pieces.Length)]);
            }

            yield return value.ToString();
        }
    }
}
