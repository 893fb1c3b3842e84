using System.Globalization;
using System.Text;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>A request as it goes over the wire.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">All but Host and Content-Length.</param>
/// <param name="Body">The body; null when it has none.</param>
internal sealed record FuzzRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body)
{
    /// <summary>Whether it may change something.</summary>
    public bool IsRead => Method is "GET" or "HEAD" or "OPTIONS";

    public FuzzRequest With(string name, string? value) => this with
    {
        Headers = [.. Headers.Where(header => !header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), .. value is null ? Array.Empty<(string, string)>() : [(name, value)]],
    };

    public byte[] Bytes(Uri host)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: {host.Authority}\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (Body is not null || Method is "POST" or "PUT" or "PATCH")
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body?.Length ?? 0}\r\n");
        }

        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. Body ?? []];
    }

    /// <summary>The command that sends the same.</summary>
    public string Curl(Uri host)
    {
        var command = new StringBuilder();
        command.Append(CultureInfo.InvariantCulture, $"curl -i --globoff --path-as-is -X {Method} {Quoted(Encoding.UTF8.GetBytes($"{host.GetLeftPart(UriPartial.Authority)}{Target}"))}");
        foreach (var (name, value) in Headers)
        {
            command.Append(CultureInfo.InvariantCulture, $" -H {Quoted(Encoding.UTF8.GetBytes($"{name}: {value}"))}");
        }

        return Body is null ? command.ToString() : command.Append(CultureInfo.InvariantCulture, $" --data-binary {Quoted(Body)}").ToString();
    }

    private static string Quoted(byte[] bytes)
    {
        var text = new StringBuilder("$'");
        foreach (var each in bytes)
        {
            text.Append(each is >= (byte)' ' and <= (byte)'~' && each is not ((byte)'\'' or (byte)'\\')
                ? ((char)each).ToString()
                : string.Create(CultureInfo.InvariantCulture, $"\\x{each:x2}"));
        }

        return text.Append('\'').ToString();
    }
}
