using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace BatchPlatform.Bench;

/// <summary>Jobs with about 200 bytes of params each.</summary>
internal static class Jobs
{
    /// <summary>So many jobs, as NDJSON.</summary>
    public static byte[] Ndjson(string ns, string action, int count)
    {
        var head = Encoding.ASCII.GetBytes($$"""{"namespace":"{{ns}}","action":"{{action}}","params":{"n":""");
        var tail = Encoding.ASCII.GetBytes($",\"note\":\"{new string('y', 180)}\"}}}}\n");
        var lines = new ArrayBufferWriter<byte>(count * (head.Length + tail.Length + 8));
        Span<byte> number = stackalloc byte[11];
        for (var i = 0; i < count; i++)
        {
            Utf8Formatter.TryFormat(i, number, out var digits);
            lines.Write(head);
            lines.Write(number[..digits]);
            lines.Write(tail);
        }

        return lines.WrittenSpan.ToArray();
    }

    /// <summary>A batch of so many jobs that is committed as it is created.</summary>
    public static byte[] Batch(string ns, string action, int count)
    {
        var jobs = Encoding.ASCII.GetString(Ndjson(ns, action, count)).TrimEnd('\n').Replace('\n', ',');
        return Encoding.ASCII.GetBytes($$"""{"commit":true,"jobs":[{{jobs}}]}""");
    }
}
