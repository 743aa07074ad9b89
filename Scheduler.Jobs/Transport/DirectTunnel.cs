using System.Net;
using System.Net.Sockets;
using RESPite.Transports;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

#pragma warning disable SER009 // See DirectTransport.

namespace Scheduler.Jobs.Transport;

/// <summary>Gives the Redis client a <see cref="DirectTransport"/> for each connection. With TLS, and to Unix sockets, the client keeps its own way.</summary>
/// <param name="connectTimeout">How long a server may take to accept.</param>
/// <param name="keepAlive">Whether the system looks after silent connections (TCP keep-alive).</param>
internal sealed class DirectTunnel(TimeSpan connectTimeout, bool keepAlive) : Tunnel
{
    public override async ValueTask<DuplexTransport?> ConnectTransportAsync(
        EndPoint endpoint, ConnectionType connectionType, TlsOptions tls, CancellationToken cancellationToken) =>
        tls.IsEnabled || endpoint is not (IPEndPoint or DnsEndPoint) ? null : new DirectTransport(await ConnectAsync(endpoint, cancellationToken));

    /// <exception cref="SocketException">The server refused, or its name is unknown.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    private async Task<Socket> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = endpoint.AddressFamily == AddressFamily.Unspecified
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // On a thread that waits: once a socket has waited asynchronously, the runtime wakes a thread for whatever arrives on it.
            var connecting = Task.Factory.StartNew(() => TryConnect(socket, endpoint), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (await connecting.WaitAsync(connectTimeout, cancellationToken) is { } problem)
                throw problem;
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, keepAlive);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Given back, since nobody listens any more when the time is over.
    private static Exception? TryConnect(Socket socket, EndPoint endpoint)
    {
        try
        {
            socket.Connect(endpoint);
            return null;
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            return problem;
        }
    }
}
