using System.Buffers;
using System.Net.Sockets;
using RESPite.Transports;

#pragma warning disable SER009 // The transports of the Redis client are marked as experimental; its version is fixed, and docs/adr/0010 says what rests on them.

namespace Scheduler.Jobs.Transport;

/// <summary>
/// One connection to Redis without ways through the thread pool: whoever has a command writes it to the socket itself, and one thread waits
/// for the answers and hands them to the Redis client. The client's own way wakes a thread of the pool to write, one of the runtime to see
/// that there is an answer, and one of the pool to read it.
/// </summary>
/// <remarks>
/// Nobody who has a command waits for a server that does not read: what the socket does not take at once is sent by a thread that
/// lives only until all of it is sent. Order is kept, since commands that come meanwhile go the same way.
/// </remarks>
internal sealed class DirectTransport : DuplexTransport
{
    private const int PageBytes = 64 * 1024, KeptBytes = 1024 * 1024;

    private readonly Socket socket;
    private readonly Lock gate = new();
    private readonly byte[] received = new byte[PageBytes];
    private ArrayBufferWriter<byte> staged = new(PageBytes);

    // What the socket has not taken yet; null while it takes everything at once.
    private ArrayBufferWriter<byte>? behind;
    private volatile bool isClosed;

    /// <param name="socket">Connected; belongs to the transport from now on.</param>
    public DirectTransport(Socket socket)
    {
        this.socket = socket;
        socket.Blocking = false;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => staged.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => staged.GetSpan(sizeHint);

    public override void Advance(int count) => staged.Advance(count);

    public override bool Flush()
    {
        var rest = staged.WrittenSpan;
        lock (gate)
        {
            if (behind is null)
                rest = rest[Send(rest)..];
            if (!rest.IsEmpty && !isClosed)
                SendLater(rest);
        }
        Reuse();
        return !isClosed;
    }

    public override void Start(TransportReceiver receiver) => StartThread(() => Read(receiver), "Redis reader");

    public override ValueTask DisposeAsync()
    {
        Close();
        socket.Dispose();
        return default;
    }

    // A buffer that one large command has made large is not kept.
    private void Reuse()
    {
        if (staged.Capacity > KeptBytes)
            staged = new ArrayBufferWriter<byte>(PageBytes);
        else
            staged.ResetWrittenCount();
    }

    /// <summary>How many of the bytes the socket takes now.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var sent = socket.Send(bytes, SocketFlags.None, out var problem);
            if (problem is not (SocketError.Success or SocketError.WouldBlock))
                Close();
            return Math.Max(sent, 0);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private void SendLater(ReadOnlySpan<byte> bytes)
    {
        if (behind is null)
        {
            behind = new ArrayBufferWriter<byte>(PageBytes);
            StartThread(CatchUp, "Redis writer");
        }
        behind.Write(bytes);
    }

    private void CatchUp()
    {
        while (TakeBehind() is { IsEmpty: false } bytes)
        {
            for (var rest = bytes; !rest.IsEmpty && WaitFor(SelectMode.SelectWrite);)
                rest = rest[Send(rest.Span)..];
        }
    }

    /// <summary>Empty when there is nothing left: from then on the socket is written to directly again.</summary>
    private ReadOnlyMemory<byte> TakeBehind()
    {
        lock (gate)
        {
            var bytes = behind!.WrittenMemory;
            behind = bytes.IsEmpty ? null : new ArrayBufferWriter<byte>(PageBytes);
            return bytes;
        }
    }

    private void Read(TransportReceiver receiver)
    {
        var problem = Guarded(() =>
        {
            while (Receive() is { IsEmpty: false } bytes && receiver.OnReceived(bytes))
                receiver.OnBatchEnd();
        });
        Close();
        Guarded(() => receiver.OnClosed(problem));
    }

    // What the receiver throws on this thread ends the connection; it must not end the process.
    private static Exception? Guarded(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception problem)
        {
            return problem;
        }
    }

    /// <summary>Waits for the next bytes; empty when there will be none.</summary>
    private ReadOnlySpan<byte> Receive()
    {
        while (WaitFor(SelectMode.SelectRead))
        {
            try
            {
                var count = socket.Receive(received, SocketFlags.None, out var problem);
                if (problem != SocketError.WouldBlock)
                    return problem == SocketError.Success ? received.AsSpan(0, count) : [];
            }
            catch (ObjectDisposedException)
            {
                return [];
            }
        }
        return [];
    }

    private bool WaitFor(SelectMode readiness)
    {
        try
        {
            return !isClosed && socket.Poll(Timeout.InfiniteTimeSpan, readiness);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            return false;
        }
    }

    /// <summary>Ends the waits of both threads.</summary>
    private void Close()
    {
        isClosed = true;
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            // The other side was faster.
        }
    }

    private static void StartThread(ThreadStart run, string name) => new Thread(run) { IsBackground = true, Name = name }.Start();
}
