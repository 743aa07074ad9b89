using System.Net;
using System.Net.Sockets;

namespace Scheduler.Faults.Cluster;

internal enum LinkMode
{
    Pass,

    /// <summary>Every piece waits a random time.</summary>
    Delay,

    /// <summary>Requests pass; replies vanish, so the caller cannot know.</summary>
    DropReplies,

    /// <summary>Nothing passes and nothing is closed.</summary>
    HalfOpen,

    /// <summary>New connections are closed at once.</summary>
    Refuse,
}

/// <summary>The wire between one node and Redis, with a will of its own.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly TcpListener listener;
    private readonly int target;
    private readonly CancellationTokenSource stopped = new();
    private readonly Lock gate = new();
    private readonly HashSet<Pair> pairs = [];
    private readonly Random random;
    private volatile LinkMode mode;
    private int longestDelayMs;

    public FaultyProxy(int target, int seed)
    {
        this.target = target;
        random = new Random(seed);
        Port = FreePort.Next();
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port { get; }

    public void Set(LinkMode next, int delayMs = 0)
    {
        longestDelayMs = delayMs;
        mode = next;
    }

    /// <summary>Resets every connection, each in the middle of its next reply.</summary>
    public void CutMidReply()
    {
        lock (gate)
        {
            foreach (var pair in pairs)
                pair.CutAfter = random.Next(1, 64);
        }
    }

    /// <summary>Resets every connection now.</summary>
    public void CutAll()
    {
        lock (gate)
        {
            foreach (var pair in pairs.ToArray())
                pair.Reset();
        }
    }

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
        CutAll();
        stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopped.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(stopped.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            if (mode == LinkMode.Refuse)
                client.Dispose();
            else
                _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.NoDelay = server.NoDelay = true;
        var pair = new Pair(client, server);
        lock (gate)
            pairs.Add(pair);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target, stopped.Token);
            await Task.WhenAny(PumpAsync(pair, client, server, isReply: false), PumpAsync(pair, server, client, isReply: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Redis is away: the node sees its connection closed.
        }
        finally
        {
            lock (gate)
                pairs.Remove(pair);
            pair.Reset();
        }
    }

    private async Task PumpAsync(Pair pair, Socket from, Socket to, bool isReply)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, stopped.Token);
                if (count == 0)
                    return;
                while (mode == LinkMode.HalfOpen)
                    await Task.Delay(50, stopped.Token);
                if (mode == LinkMode.Delay)
                    await Task.Delay(Pick(longestDelayMs), stopped.Token);
                if (isReply && mode == LinkMode.DropReplies)
                    continue;
                var cut = isReply ? pair.CutAfter : 0;
                await to.SendAsync(buffer.AsMemory(0, cut > 0 ? Math.Min(cut, count) : count), stopped.Token);
                if (cut > 0)
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: ServeAsync closes the other.
        }
    }

    private int Pick(int below)
    {
        lock (random)
            return random.Next(0, below + 1);
    }

    private sealed class Pair(Socket client, Socket server)
    {
        /// <summary>Bytes of the next reply that still pass; 0 = all.</summary>
        public int CutAfter { get; set; }

        public void Reset()
        {
            foreach (var socket in (Socket[])[client, server])
            {
                // A reset instead of an orderly end.
                if (!socket.SafeHandle.IsClosed)
                    socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
        }
    }
}
