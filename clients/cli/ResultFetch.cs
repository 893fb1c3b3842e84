using System.Text.Json;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>Copies a batch's results, and goes on by itself after the connection was lost, as long as more arrives.</summary>
internal sealed class ResultFetch(BatchPlatformClient platform, Guid batch, string format, ResultOptions options)
{
    public const string Ndjson = "ndjson";

    /// <summary>To a stream that cannot be taken back: NDJSON ends with a whole line, whatever happens.</summary>
    public async Task ToStreamAsync(Stream output, CancellationToken cancellationToken)
    {
        if (format != Ndjson)
        {
            await platform.Results.CopyAsync(batch, format, output, options, cancellationToken);
            return;
        }

        await using var writer = new StreamWriter(output, bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        await foreach (var line in platform.Results.ReadLinesAsync(batch, options, cancellationToken))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }

    /// <summary>To a file. NDJSON of a batch that has ended is continued when the file was begun before.</summary>
    public async Task ToFileAsync(string path, CancellationToken cancellationToken)
    {
        var found = await platform.Batches.GetAsync(batch, cancellationToken);
        if (format == Ndjson && found.HasEnded)
        {
            // Results of a batch that runs are no prefix of those that it will have, and those of another run are others.
            var file = new ResultFile(path, $"{batch:N}-{options.Run ?? found.Run}-{options.State}");
            await file.ContinueAsync((output, last) => LinesAsync(output, options with { After = IndexOf(last) }, cancellationToken));
        }
        else
        {
            await new ResultFile(path).WriteAsync(output => ToStreamAsync(output, cancellationToken));
        }
    }

    private async Task LinesAsync(Stream output, ResultOptions rest, CancellationToken cancellationToken) =>
        await new ResultFetch(platform, batch, format, rest).ToStreamAsync(output, cancellationToken);

    private static int? IndexOf(string? line) => line is null ? null : JsonDocument.Parse(line).RootElement.GetProperty("index").GetInt32();
}
