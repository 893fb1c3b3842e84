using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace BatchPlatform.Samples;

/// <summary>One call in the log file. The query string is left out, since some APIs carry keys there.</summary>
internal sealed record CallLine(
    string Start,
    string End,
    string Method,
    string Path,
    [property: JsonPropertyName("idempotency_key")] string? IdempotencyKey,
    int Status)
{
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static CallLine Of(HttpRequest request, DateTimeOffset start, DateTimeOffset end, int status) => new(
        start.ToString(Rfc3339, CultureInfo.InvariantCulture),
        end.ToString(Rfc3339, CultureInfo.InvariantCulture),
        request.Method,
        request.Path.Value ?? "",
        request.Headers["Idempotency-Key"].FirstOrDefault(),
        status);
}

/// <summary>Appends lines to a file from one task, so that no call waits for the disk or for another call.</summary>
internal sealed class CallLogFile(string path) : IHostedService
{
    private readonly Channel<CallLine> _lines = Channel.CreateUnbounded<CallLine>(new UnboundedChannelOptions { SingleReader = true });
    private Task _writing = Task.CompletedTask;

    public void Add(CallLine line) => _lines.Writer.TryWrite(line);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // Opened here, so that a path that cannot be written to fails the start.
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        _writing = WriteAsync(file);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.TryComplete();
        return _writing.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync(FileStream file)
    {
        await using var _ = file;
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var line))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(line, SampleJson.Default.CallLine));
                file.WriteByte((byte)'\n');
            }

            await file.FlushAsync();
        }
    }
}
