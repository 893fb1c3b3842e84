using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Client;

/// <summary>Reads how jobs ended.</summary>
public sealed class ResultsClient
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Transport _transport;

    internal ResultsClient(Transport transport) => _transport = transport;

    /// <summary>Results so far, in order of index. A lost connection is taken up where it broke off.</summary>
    public async IAsyncEnumerable<JobResult> ReadAsync(Guid batch, ResultOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var line in ReadLinesAsync(batch, options, cancellationToken))
        {
            yield return ResultOf(line);
        }
    }

    /// <summary>The same as JSON, word for word as the platform wrote it.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync(Guid batch, ResultOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? last = null;
        while (true)
        {
            var after = last is null ? options?.After : ResultOf(last).Index;
            var stretch = new Stretch();
            await foreach (var line in StretchAsync(batch, options, "index", after?.ToString(CultureInfo.InvariantCulture), stretch, cancellationToken))
            {
                last = line;
                yield return line;
            }

            if (stretch.IsWhole)
            {
                yield break;
            }

            await Task.Delay(Pause, _transport.Options.Time, cancellationToken);
        }
    }

    /// <summary>Results as they come, in order of arrival, until the batch has ended. A job that is retried comes twice; the later one counts.</summary>
    public async IAsyncEnumerable<JobResult> FollowAsync(Guid batch, ResultOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        while (true)
        {
            // Asked before the results are read: what came to be after them is read in the next round.
            var hasEnded = (await _transport.SendAsync<Batch>(HttpMethod.Get, BatchesClient.PathOf(batch), body: null, cancellationToken)).HasEnded;
            var stretch = new Stretch();
            await foreach (var line in StretchAsync(batch, options, "arrival", after, stretch, cancellationToken))
            {
                var result = ResultOf(line);
                after = result.Position;
                yield return result;
            }

            if (hasEnded && stretch.IsWhole)
            {
                yield break;
            }

            await Task.Delay(Pause, _transport.Options.Time, cancellationToken);
        }
    }

    /// <summary>Copies results to a stream, in order of index.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="format">json, ndjson or csv.</param>
    /// <param name="output">Where to.</param>
    /// <param name="options">Which.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The connection was lost: the copy is not whole.</exception>
    public async Task CopyAsync(Guid batch, string format, Stream output, ResultOptions? options = null, CancellationToken cancellationToken = default)
    {
        var query = QueryOf(options, format).With("after", options?.After);
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Get, $"{BatchesClient.PathOf(batch)}/results{query}") { IsLong = true }, cancellationToken);
        await using var stream = await _transport.StreamOfAsync(answer, cancellationToken);
        await stream.CopyToAsync(output, cancellationToken);
    }

    private static Query QueryOf(ResultOptions? options, string format) => default(Query)
        .With("format", format)
        .With("state", options?.State?.ToString())
        .With("run", options?.Run);

    private static JobResult ResultOf(string line) => JsonSerializer.Deserialize<JobResult>(line, ClientJson.Options)!;

    // What one connection gives. Each result is a line; a line without an end was cut off.
    private async IAsyncEnumerable<string> StretchAsync(
        Guid batch, ResultOptions? options, string order, string? after, Stretch stretch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = QueryOf(options, "ndjson").With("order", order).With("after", after);
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Get, $"{BatchesClient.PathOf(batch)}/results{query}") { IsLong = true }, cancellationToken);
        await using var stream = await _transport.StreamOfAsync(answer, cancellationToken);
        var lines = LinesOf(stream, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (lines)
        {
            while (await Connection.MovesAsync(lines, cancellationToken))
            {
                if (lines.Current is not { } line)
                {
                    stretch.IsWhole = true;
                    yield break;
                }

                yield return line;
            }
        }
    }

    // Ends with null when the stream ended in order.
    private static async IAsyncEnumerable<string?> LinesOf(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }

        yield return null;
    }

    private sealed class Stretch
    {
        public bool IsWhole { get; set; }
    }
}

/// <summary>Which results are read; all of them when every member is null.</summary>
public sealed record ResultOptions
{
    /// <summary>Only Completed or only Failed ones.</summary>
    public JobState? State { get; init; }

    /// <summary>Only those of this run.</summary>
    public int? Run { get; init; }

    /// <summary>Only those after this index: where an earlier reading ended.</summary>
    public int? After { get; init; }
}
