using System.IO.Compression;
using System.Text;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>Makes something of a request wrong, or odd: its path, query, headers, or body.</summary>
internal sealed class Mutations(Random random)
{
    private static readonly string[] Segments =
    [
        "%00", "%2e%2e", "..", ".", "%2F", "%5c..%5c", "%c0%af", "%ff", "%zz", "-1", "0", "1048576", "9223372036854775808", "1e999", "%EF%BF%BF", "%F0%9F%92%A9", "a%0d%0aX:1",
        new string('a', 3000), "null", "00000000-0000-0000-0000-000000000000", "{id}", "'%20OR%201=1--", "*", "%20", "%252e%252e", "a;b=c", "",
    ];

    private static readonly string[] Values =
    [
        "", "-1", "0", "1.5", "1e999", "9223372036854775808", "99999999999999999999", "NaN", "%00", "%ff", "%zz", "%", "true", "TRUE", "null", "a%0d%0ab", "..%2f..", new string('9', 4000),
        "%F0%9F%92%A9", "%ed%a0%80", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "[]", "{}", "'",
    ];

    private static readonly string[] Types =
    [
        "application/json", "text/csv", "application/x-ndjson", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/xml",
        "application/json; charset=utf-16", "application/json; charset=nonsense", "", ";", "a/b/c", "application/json, text/csv", "application/merge-patch+json", "APPLICATION/JSON", "text/csv; charset=\"",
    ];

    private readonly JsonMutations _json = new(random);

    public FuzzRequest Apply(FuzzRequest request) => random.Next(10) switch
    {
        0 => request with { Target = Path(request.Target) },
        1 or 2 => request with { Target = Query(request.Target) },
        3 => Header(request),
        4 => request with { Method = Pick(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get"]) },
        5 => request.Body is null ? request with { Body = Encoding.UTF8.GetBytes("{}") } : request with { Body = Bytes(request.Body) },
        6 => request.Body is null ? request : Packed(request, request.Body),
        _ => request.Body is null ? request with { Target = Query(request.Target) } : request with { Body = _json.Apply(request.Body) },
    };

    private string Path(string target)
    {
        var (path, query) = Split(target);
        var segments = path.Split('/').ToList();
        var place = random.Next(1, Math.Max(2, segments.Count));
        switch (random.Next(4))
        {
            case 0:
                segments.Insert(Math.Min(place, segments.Count), Pick(Segments));
                break;
            case 1 when segments.Count > 2:
                segments.RemoveAt(place);
                break;
            default:
                segments[Math.Min(place, segments.Count - 1)] = Pick(Segments);
                break;
        }

        var joined = string.Join('/', segments);
        return (joined.StartsWith('/') ? joined : "/" + joined) + query;
    }

    private string Query(string target)
    {
        var (path, query) = Split(target);
        var parts = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (parts.Count == 0 || random.Next(4) == 0)
        {
            parts.Add($"{Pick(["limit", "cursor", "after", "state", "format", "run", "order", "tenant", "validate_only", "force", "signature", "expires", "page", "x", "%00", ""])}={Pick(Values)}");
        }

        var place = random.Next(parts.Count);
        var name = parts[place].Split('=')[0];
        switch (random.Next(5))
        {
            case 0:
                parts.Add(parts[place]);
                break;
            case 1:
                parts.RemoveAt(place);
                break;
            case 2:
                parts.Add($"{name}={Pick(Values)}");
                break;
            default:
                parts[place] = $"{name}={Pick(Values)}";
                break;
        }

        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";
    }

    private FuzzRequest Header(FuzzRequest request) => random.Next(9) switch
    {
        0 => request.With("Content-Type", Pick(Types)),
        1 => request.With("Content-Type", null),
        2 => request.With("Idempotency-Key", Pick(["", "key", new string('k', 256), "\u0001", "ä", "a, b"])),
        3 => request.With("Content-Encoding", Pick(["gzip", "br", "deflate", "identity", "gzip, gzip", "nonsense", ""])),
        4 => request.With("Accept", Pick(["*/*", "text/html", "application/xml;q=0", "", new string('a', 2000), ";;;,"])),
        5 => request.With("If-None-Match", "*").With("Range", "bytes=0-1").With("Last-Event-ID", Pick(Values)),
        6 => request.With("Authorization", Pick(["Bearer", "Bearer ", "Basic !!!", "Token", "Bearer \u00e9", "Bearer bp__", new string('B', 3000), "IWS :"])),
        7 => request.With("X-Api-Key", Pick(["", "bp_x_y", "ä"])).With("X-Forwarded-For", Pick(["", "::1", "nonsense", "1.2.3.4, 5.6.7.8"])).With("X-Forwarded-Host", Pick(["", "evil.example", "a b"])),
        _ => request.With("Accept-Encoding", Pick(["gzip;q=0", "nonsense", "*;q=0"])).With("traceparent", Pick(["", "00-x-y-z", new string('0', 300)])),
    };

    private byte[] Bytes(byte[] body)
    {
        var at = random.Next(body.Length + 1);
        return random.Next(7) switch
        {
            0 => body[..at],
            1 => [.. body[..at], 0xFF, 0xC0, .. body[at..]],
            2 => [.. body[..at], 0, .. body[at..]],
            3 => [0xEF, 0xBB, 0xBF, .. body],
            4 => [.. body, .. body],
            5 => [.. body[..at], 0xED, 0xA0, 0x80, .. body[at..]],
            _ => Flipped(body),
        };
    }

    private byte[] Flipped(byte[] body)
    {
        var flipped = body.ToArray();
        for (var times = 0; times < 3 && flipped.Length > 0; times++)
        {
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        }

        return flipped;
    }

    private FuzzRequest Packed(FuzzRequest request, byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
            if (random.Next(3) == 0)
            {
                // A megabyte of blanks in a thousand bytes.
                gzip.Write(Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024)));
            }
        }

        var bytes = packed.ToArray();
        return request.With("Content-Encoding", "gzip") with { Body = random.Next(3) == 0 ? Bytes(bytes) : bytes };
    }

    private static (string Path, string Query) Split(string target) =>
        target.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? (target[..at], target[at..]) : (target, "");

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
