using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BatchPlatform.Chaos.Tests.Faults;

/// <summary>What a network does with what is sent over it.</summary>
internal enum Weather
{
    Fair,

    /// <summary>Everything arrives late.</summary>
    Slow,

    /// <summary>Nothing arrives until it is over, and nobody is told; what was sent meanwhile arrives then.</summary>
    Silent,

    /// <summary>Connections are reset, and new ones at once.</summary>
    Resetting,
}

/// <summary>The network between one process and one server: a loopback port that passes on what it gets, as well as its weather lets it.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly int _server;
    private readonly Task _accepting;
    private volatile Weather _weather;

    public TcpProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the process finds the server.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Turn(Weather weather)
    {
        _weather = weather;
        if (weather == Weather.Resetting)
        {
            foreach (var socket in _open.Keys)
            {
                Reset(socket);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        foreach (var socket in _open.Keys)
        {
            Reset(socket);
        }

        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_ended.Token);
                _open[client] = true;
                _ = ServeAsync(client);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // It ends, or a client went away before it was served.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            client.NoDelay = true;
            if (_weather == Weather.Resetting)
            {
                return;
            }

            await WaitAsync();
            await server.ConnectAsync(IPAddress.Loopback, _server, _ended.Token);
            _open[server] = true;
            await Task.WhenAny(PassAsync(client, server), PassAsync(server, client)).Unwrap();
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either end is gone: so is the other.
        }
        finally
        {
            Close(client);
            Close(server);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[32 * 1024];
        while (await from.ReceiveAsync(buffer, _ended.Token) is > 0 and var length)
        {
            await WaitAsync();
            for (var sent = 0; sent < length;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _ended.Token);
            }
        }
    }

    private async Task WaitAsync()
    {
        if (_weather == Weather.Slow)
        {
            await Task.Delay(Delay, TimeProvider.System, _ended.Token);
        }

        while (_weather == Weather.Silent)
        {
            await Task.Delay(Look, TimeProvider.System, _ended.Token);
        }
    }

    private void Close(Socket socket)
    {
        _open.TryRemove(socket, out _);
        socket.Dispose();
    }

    private void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was never connected, or is closed: nothing lingers.
        }

        Close(socket);
    }
}
