using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace BatchPlatform.Testing;

/// <summary>An answer as it came.</summary>
/// <param name="Status">The status; 0 when the server closed the connection without one.</param>
/// <param name="Headers">By name in lower case; the last of each.</param>
/// <param name="Body">The body; empty for a stream of events, which is not waited for.</param>
public sealed record RawReply(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The media type, without its parameters.</summary>
    public string? MediaType => Headers.GetValueOrDefault("content-type")?.Split(';')[0];
}

/// <summary>A connection that sends whatever bytes it is given, where a client of HTTP would refuse to.</summary>
public sealed class RawHttp(Uri address) : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private TcpClient? _tcp;
    private int _start;
    private int _end;

    /// <summary>Sends bytes as they are; opens the connection if there is none.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_tcp is null)
        {
            _tcp = new TcpClient { NoDelay = true };
            (_start, _end) = (0, 0);
            await _tcp.ConnectAsync(address.Host, address.Port, cancellationToken);
        }

        await _tcp.GetStream().WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Sends a request and reads its answer, on a new connection where the last one was closed meanwhile.</summary>
    /// <param name="request">All of its bytes.</param>
    /// <param name="hasBody">False for the answer to a HEAD.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RawReply> AskAsync(ReadOnlyMemory<byte> request, bool hasBody, CancellationToken cancellationToken)
    {
        var isNew = _tcp is null;
        try
        {
            await SendAsync(request, cancellationToken);
        }
        catch (IOException)
        {
            // The server has refused it before it was all there: its answer may be read still.
        }

        var reply = await ReadAsync(hasBody, cancellationToken);
        return reply.Status == 0 && !isNew ? await AskAsync(request, hasBody, cancellationToken) : reply;
    }

    /// <summary>Reads the next answer.</summary>
    public async Task<RawReply> ReadAsync(bool hasBody, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await LineAsync(cancellationToken) is { Length: > 0 } status
                ? await ReadRestAsync(int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), hasBody, cancellationToken)
                : new RawReply(0, new Dictionary<string, string>(), "");
            if (reply.Status == 0 || reply.Headers.GetValueOrDefault("connection") == "close" || reply.MediaType == "text/event-stream")
            {
                Dispose();
            }

            return reply.Status is 100 ? await ReadAsync(hasBody, cancellationToken) : reply;
        }
        catch (IOException)
        {
            Dispose();
            return new RawReply(0, new Dictionary<string, string>(), "");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tcp?.Dispose();
        _tcp = null;
    }

    private async Task<RawReply> ReadRestAsync(int status, bool hasBody, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>();
        while (await LineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }

        var reply = new RawReply(status, headers, "");
        return !hasBody || status is 100 or 204 or 304 || reply.MediaType == "text/event-stream" ? reply : reply with { Body = await BodyAsync(headers, cancellationToken) };
    }

    private async Task<string> BodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (headers.TryGetValue("content-length", out var length))
        {
            await CopyAsync(body, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }
        else if (headers.GetValueOrDefault("transfer-encoding") == "chunked")
        {
            while (int.Parse(await LineAsync(cancellationToken) ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
            {
                await CopyAsync(body, size, cancellationToken);
                await LineAsync(cancellationToken);
            }

            await LineAsync(cancellationToken);
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private async Task CopyAsync(MemoryStream to, int count, CancellationToken cancellationToken)
    {
        while (count > 0 && (_start < _end || await FillAsync(cancellationToken)))
        {
            var part = Math.Min(count, _end - _start);
            to.Write(_buffer, _start, part);
            (_start, count) = (_start + part, count - part);
        }
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (_start < _end || await FillAsync(cancellationToken))
        {
            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }

        return line.Length > 0 ? line.ToString() : null;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        // After a failed write the connection may be none any more.
        if (_tcp is not { Connected: true })
        {
            return false;
        }

        _start = 0;
        _end = await _tcp.GetStream().ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
