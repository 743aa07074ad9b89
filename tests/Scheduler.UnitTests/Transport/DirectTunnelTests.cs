using System.Net;
using System.Net.Sockets;
using Scheduler.Jobs.Transport;
using StackExchange.Redis;

#pragma warning disable SER009 // As in DirectTransport.

namespace Scheduler.UnitTests.Transport;

public sealed class DirectTunnelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_server_is_reached_by_name_and_by_address(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await using var transport = await ConnectAsync(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port));

        Assert.NotNull(transport);
        using var peer = await listener.AcceptSocketAsync(Token);
    }

    [Fact]
    public async Task A_unix_socket_is_left_to_the_client() =>
        Assert.Null(await ConnectAsync(new UnixDomainSocketEndPoint("/tmp/there-is-no-such-socket")));

    [Fact]
    public async Task A_server_that_is_not_there_is_refused_at_once()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        await Assert.ThrowsAnyAsync<SocketException>(() => ConnectAsync(unused.LocalEndPoint!));
    }

    [Fact]
    public async Task A_server_that_accepts_nobody_is_given_up_after_the_time_to_connect()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = new List<Socket>();
        try
        {
            // The queue of those who wait to be accepted is full once one of them is not taken in.
            while (await QueuesAsync(full.LocalEndPoint!, waiting))
                Assert.True(waiting.Count < 100, "The queue takes everybody.");

            await Assert.ThrowsAsync<TimeoutException>(() => ConnectAsync(full.LocalEndPoint!));
        }
        finally
        {
            waiting.ForEach(s => s.Dispose());
        }
    }

    private static async Task<bool> QueuesAsync(EndPoint endpoint, List<Socket> waiting)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        waiting.Add(socket);
        var connecting = socket.ConnectAsync(endpoint, Token).AsTask();
        return await Task.WhenAny(connecting, Task.Delay(300, Token)) == connecting;
    }

    private static async Task<DirectTransport?> ConnectAsync(EndPoint endpoint) =>
        (DirectTransport?)await new DirectTunnel(TimeSpan.FromMilliseconds(500), keepAlive: true).ConnectTransportAsync(endpoint, ConnectionType.Interactive, default, Token);
}
