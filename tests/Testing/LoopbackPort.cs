using System.Net;
using System.Net.Sockets;

namespace BatchPlatform.Testing;

public static class LoopbackPort
{
    /// <summary>
    /// A port that nobody listens on: below the kernel's ephemeral range, so that no outgoing connection takes it before
    /// the service does, and the same when the service is started again.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 30_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: draw again.
            }
        }
    }
}
