using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace BatchPlatform.Bench;

/// <summary>Jobs with about 200 bytes of params each: a number and a sentence of its own, since all alike would be compressed to nothing on their way.</summary>
internal static class Jobs
{
    private const int NoteLength = 180;
    private const string Words =
        "guest invite event date seat table name mail phone street city country order item price tax sum paid open closed note call answer late early room key "
        + "door light garden music dinner lunch coffee water wine red white green blue north south east west please thanks again never always today tomorrow";

    /// <summary>So many jobs, as NDJSON.</summary>
    public static byte[] Ndjson(string ns, string action, int count)
    {
        var head = Encoding.ASCII.GetBytes($$"""{"namespace":"{{ns}}","action":"{{action}}","params":{"n":""");
        var (words, random) = (Words.Split(' ').Select(word => Encoding.ASCII.GetBytes(word + " ")).ToArray(), new Random(Seed: 1));
        var lines = new ArrayBufferWriter<byte>(count * (head.Length + NoteLength + 32));
        Span<byte> number = stackalloc byte[11];
        Span<byte> note = stackalloc byte[NoteLength + 16];
        for (var i = 0; i < count; i++)
        {
            Utf8Formatter.TryFormat(i, number, out var digits);
            lines.Write(head);
            lines.Write(number[..digits]);
            lines.Write(",\"note\":\""u8);
            lines.Write(Sentence(note, words, random));
            lines.Write("\"}}\n"u8);
        }

        return lines.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> Sentence(Span<byte> note, byte[][] words, Random random)
    {
        var length = 0;
        while (length < NoteLength)
        {
            var word = words[random.Next(words.Length)];
            word.CopyTo(note[length..]);
            length += word.Length;
        }

        return note[..NoteLength];
    }

    /// <summary>A batch of so many jobs that is committed as it is created.</summary>
    public static byte[] Batch(string ns, string action, int count)
    {
        var jobs = Encoding.ASCII.GetString(Ndjson(ns, action, count)).TrimEnd('\n').Replace('\n', ',');
        return Encoding.ASCII.GetBytes($$"""{"commit":true,"jobs":[{{jobs}}]}""");
    }
}
