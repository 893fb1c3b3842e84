using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>What a client does with a batch, and the checks that keep every figure honest.</summary>
internal sealed class BatchClient(HttpClient http)
{
    /// <summary>Creates an empty batch; its id.</summary>
    public async Task<string> CreateAsync(CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync("/v1/batches", new { name = "bench" }, cancellationToken);
        return (await ReadAsync(answer, cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Creates a batch with its jobs, committed; its id.</summary>
    public async Task<string> RunAsync(byte[] batch, CancellationToken cancellationToken) =>
        (await PostAsync("/v1/batches", batch, "application/json", cancellationToken)).GetProperty("id").GetString()!;

    /// <summary>Uploads jobs as NDJSON; returns when they are stored.</summary>
    public Task SubmitAsync(string id, byte[] jobs, CancellationToken cancellationToken) =>
        PostAsync($"/v1/batches/{id}/jobs", jobs, "application/x-ndjson", cancellationToken);

    /// <summary>Commits a batch.</summary>
    public async Task CommitAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync($"/v1/batches/{id}/commit", content: null, cancellationToken);
        await ReadAsync(answer, cancellationToken);
    }

    /// <summary>Returns once a batch is Finished.</summary>
    /// <exception cref="InvalidOperationException">Not every job completed.</exception>
    public async Task FinishedAsync(string id, int jobs, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await http.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}?wait=60", cancellationToken);
            if (batch.GetProperty("state").GetString() == "Finished")
            {
                var completed = batch.GetProperty("counts").GetProperty("completed").GetInt32();
                if (completed != jobs)
                {
                    throw new InvalidOperationException($"{completed} of {jobs} jobs completed: {await http.GetStringAsync($"/v1/batches/{id}/errors", cancellationToken)}");
                }

                return;
            }
        }
    }

    /// <summary>Reads all results as NDJSON.</summary>
    /// <exception cref="InvalidOperationException">A job has no outcome, or more than one.</exception>
    public async Task CheckResultsAsync(string id, int jobs, CancellationToken cancellationToken)
    {
        await using var stream = await http.GetStreamAsync($"/v1/batches/{id}/results?format=ndjson", cancellationToken);
        var (reader, seen) = (PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16)), new BitArray(jobs));
        for (var ended = false; !ended;)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                Mark(seen, rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            reader.AdvanceTo(rest.Start, rest.End);
            ended = read.IsCompleted;
        }

        if (!seen.HasAllSet())
        {
            throw new InvalidOperationException($"Not each of {jobs} jobs has an outcome.");
        }
    }

    // Every line begins with {"index":N, which is all of it that is needed.
    private static void Mark(BitArray seen, ReadOnlySequence<byte> line)
    {
        var text = new SequenceReader<byte>(line);
        if (!text.IsNext("{\"index\":"u8, advancePast: true) || !text.TryReadTo(out ReadOnlySpan<byte> number, (byte)',') || !Utf8Parser.TryParse(number, out int index, out _) || seen[index])
        {
            throw new InvalidOperationException($"No index, or that of another line: {Encoding.UTF8.GetString(line)}");
        }

        seen[index] = true;
    }

    private async Task<JsonElement> PostAsync(string path, byte[] body, string type, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await http.PostAsync(path, content, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) => answer.IsSuccessStatusCode
        ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
        : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellationToken));
}
