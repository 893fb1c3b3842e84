using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>A server that writes what a test says to every connection, whether it is HTTP or not.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public RawServer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _listener.Start();
        _serving = ServeAsync(serve);
    }

    public string BaseUrl => $"http://{_listener.LocalEndpoint}";

    /// <summary>Writes this and closes the connection.</summary>
    public static RawServer Answering(string text) => new((connection, stop) => connection.WriteAsync(Encoding.Latin1.GetBytes(text), stop).AsTask());

    /// <summary>Writes this, then that again and again until the other side has had enough.</summary>
    public static RawServer Endless(string head, string chunk)
    {
        var bytes = Encoding.Latin1.GetBytes(chunk);
        return new RawServer(async (connection, stop) =>
        {
            await connection.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            while (true)
            {
                await connection.WriteAsync(bytes, stop);
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), serve));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> serve)
    {
        using (client)
        {
            try
            {
                var connection = client.GetStream();
                await ReadHeadAsync(connection);
                await serve(connection, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The other side left, or the test is over.
            }
        }
    }

    // To its end, or a first piece of what is not HTTP.
    private async Task ReadHeadAsync(NetworkStream connection)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsRead(head.ToString()) && await connection.ReadAsync(buffer, _stop.Token) is var read && read > 0)
        {
            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static bool IsRead(string head) => head.Length > 0 && (!char.IsAsciiLetter(head[0]) || head.Contains("\r\n\r\n"));
}
