using System.Buffers;
using System.IO.Pipelines;

namespace BatchPlatform.Api.Uploads;

/// <summary>Tells an object from an array by the first byte that counts, without taking it from whoever reads the body.</summary>
internal static class JsonShape
{
    // Nobody sends more blanks than that before what he has to say.
    private const int MaxBlanks = 4096;

    /// <summary>Whether the body is a JSON object; anything that cannot be told is none.</summary>
    public static async Task<bool> IsObjectAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            return false;
        }

        var reader = request.BodyReader;
        // From here on the body is what this reader has not given away.
        request.Body = reader.AsStream();
        while (true)
        {
            var read = await ReadAsync(reader, request.HttpContext.RequestAborted);
            var first = FirstOf(read.Buffer);
            var decided = first is not null || read.IsCompleted || read.Buffer.Length > MaxBlanks;
            reader.AdvanceTo(read.Buffer.Start, decided ? read.Buffer.Start : read.Buffer.End);
            if (decided)
            {
                return first == (byte)'{';
            }
        }

        static byte? FirstOf(ReadOnlySequence<byte> body)
        {
            var rest = new SequenceReader<byte>(body);
            rest.IsNext([0xEF, 0xBB, 0xBF], advancePast: true);
            rest.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r', (byte)'\n');
            return rest.TryPeek(out var first) ? first : null;
        }
    }

    private static async Task<ReadResult> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(Problems.InvalidParameter("Content-Encoding", "the body is not what it says."));
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw new ProblemException(Problems.InvalidParameter("(body)", "cannot be read to its end."));
        }
    }
}
