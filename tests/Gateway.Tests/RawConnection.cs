using System.Net.Sockets;
using System.Text;

namespace BatchPlatform.Gateway.Tests;

/// <summary>A connection to the gateway on which anything can be said.</summary>
internal sealed class RawConnection(NetworkStream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        return new RawConnection(new NetworkStream(socket, ownsSocket: true));
    }

    public async Task SendAsync(string text)
    {
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        }
        catch (IOException)
        {
            // The other side has heard enough; what it said can still be read.
        }
    }

    /// <summary>Everything until the other side closes, or breaks, the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is var read and > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Broken counts as closed.
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
