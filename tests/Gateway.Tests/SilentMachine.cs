using System.Net;
using System.Net.Sockets;

namespace BatchPlatform.Gateway.Tests;

/// <summary>An address where attempts to connect are neither taken nor refused, like that of a machine that lost its power.</summary>
internal sealed class SilentMachine : IDisposable
{
    private readonly Socket _listener = NewSocket();
    private readonly List<Socket> _waiting = [];

    public SilentMachine()
    {
        // Nobody accepts, and there is room for so few that wait to be accepted that it is full: the kernel drops all others.
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        for (var i = 0; i < 8; i++)
        {
            var socket = NewSocket();
            socket.Blocking = false;
            _waiting.Add(socket);
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way, which is enough.
            }
        }
    }

    public string Url => $"http://{_listener.LocalEndPoint}";

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
