using System.Buffers;
using System.Buffers.Text;

namespace BatchPlatform.Bench;

/// <summary>Uploads of jobs with about 200 bytes of params each.</summary>
internal static class Jobs
{
    /// <summary>So many jobs, as NDJSON.</summary>
    public static byte[] Ndjson(string ns, string action, int count)
    {
        var head = System.Text.Encoding.ASCII.GetBytes($$"""{"namespace":"{{ns}}","action":"{{action}}","params":{"n":""");
        var tail = System.Text.Encoding.ASCII.GetBytes($",\"note\":\"{new string('y', 180)}\"}}}}\n");
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
}
