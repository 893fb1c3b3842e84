using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace BatchPlatform.Client;

/// <summary>Adds the lines of a stream to a batch in uploads of bounded size, each under an <c>Idempotency-Key</c> of its own.</summary>
internal sealed class JobUpload(Transport transport, Guid batch, UploadOptions options)
{
    private static readonly MediaTypeHeaderValue Ndjson = new("application/x-ndjson");

    private readonly string _id = options.Id ?? Guid.CreateVersion7().ToString();
    private readonly ArrayBufferWriter<byte> _part = new();
    private int _jobsBefore;
    private int _linesBefore;
    private int _jobs;
    private int _lines;
    private int _total = options.Skip;

    /// <summary>Jobs as lines, each ended.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesOf(IAsyncEnumerable<NewJob> jobs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>();
        await foreach (var job in jobs.WithCancellation(cancellationToken))
        {
            line.ResetWrittenCount();
            await using (var json = new Utf8JsonWriter(line))
            {
                JsonSerializer.Serialize(json, job, ClientJson.Options);
            }

            line.Write("\n"u8);
            yield return line.WrittenMemory;
        }
    }

    /// <summary>A stream's lines, each ended, but perhaps the last.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesOf(Stream ndjson, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(ndjson, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var next = rest.GetPosition(1, end);
                yield return rest.Slice(0, next).ToArray();
                rest = rest.Slice(next);
            }

            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                {
                    yield return rest.ToArray();
                }

                yield break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>Adds all of them; the jobs in the batch afterwards.</summary>
    public async Task<int> RunAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (_jobs > _jobsBefore && _part.WrittenCount + line.Length > transport.Options.UploadBytes)
            {
                await SendAsync(cancellationToken);
            }

            Take(line.Span);
        }

        if (_jobs > _jobsBefore)
        {
            await SendAsync(cancellationToken);
        }

        return _total;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var isSkipped = _jobs < options.Skip;
        _lines++;
        _jobs += line.Trim(" \t\r\n"u8).IsEmpty ? 0 : 1;
        if (isSkipped)
        {
            (_jobsBefore, _linesBefore) = (_jobs, _lines);
        }
        else
        {
            _part.Write(line);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var call = new Call(HttpMethod.Post, $"{BatchesClient.PathOf(batch)}/jobs")
        {
            IsLong = true,
            // The place of its first job: an upload that goes on begins with the part that was not answered, under the same key.
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"{_id}-{_jobsBefore}"),
            Content = () => new ReadOnlyMemoryContent(_part.WrittenMemory) { Headers = { ContentType = Ndjson } },
        };
        try
        {
            using var answer = await transport.SendAsync(call, cancellationToken);
            _total = (await Transport.ReadAsync<Appended>(answer, cancellationToken)).Total;
        }
        catch (BatchPlatformException refusal) when (_linesBefore > 0 && refusal.Errors.Count > 0)
        {
            throw refusal.Moved(_linesBefore);
        }

        options.Progress?.Report(_total);
        (_jobsBefore, _linesBefore) = (_jobs, _lines);
        _part.ResetWrittenCount();
    }
}
