using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RESPite.Transports;
using Scheduler.Jobs.Transport;

#pragma warning disable SER009 // As in DirectTransport.

namespace Scheduler.UnitTests.Transport;

public sealed class DirectTransportTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Receiver receiver = new();
    private readonly DirectTransport transport;
    private readonly Socket peer;

    public DirectTransportTests()
    {
        listener.Start();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndpoint);
        transport = new DirectTransport(socket);
        peer = listener.AcceptSocket();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await transport.DisposeAsync();
        peer.Dispose();
        listener.Dispose();
    }

    [Fact]
    public async Task What_is_flushed_arrives_and_answers_are_handed_on()
    {
        transport.Start(receiver);
        Stage([1, 2]);
        Stage([3]);

        Assert.True(transport.Flush());

        await ArrivesAsync([1, 2, 3]);
        peer.Send([4, 5]);
        await receiver.HasAsync(2);
        Assert.Equal([4, 5], receiver.Received);
        Assert.Equal(1, receiver.Batches);
    }

    [Fact]
    public async Task Nothing_is_sent_before_it_is_flushed()
    {
        Stage([1]);

        Assert.False(peer.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));

        transport.Flush();
        await ArrivesAsync([1]);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_holds_nobody_up_and_gets_all_of_it_in_order()
    {
        const int Commands = 400, Bytes = 100_003;
        var flushing = Task.Run(() =>
        {
            for (var i = 0; i < Commands; i++)
            {
                Stage(Pattern(i * Bytes, Bytes));
                Assert.True(transport.Flush());
            }
        }, Token);
        await flushing.WaitAsync(TimeSpan.FromSeconds(10), Token);

        await ArrivesAsync(Pattern(0, Commands * Bytes));

        // The thread that caught up is no longer there: what follows is sent directly again, or by a new one.
        Stage([7]);
        Assert.True(transport.Flush());
        await ArrivesAsync([7]);
    }

    [Fact]
    public async Task A_command_larger_than_any_buffer_arrives_whole()
    {
        const int Bytes = 3_000_017;
        Stage(Pattern(0, Bytes));

        transport.Flush();

        await ArrivesAsync(Pattern(0, Bytes));
    }

    [Fact]
    public async Task The_end_of_the_peer_is_told_once_and_later_commands_are_refused()
    {
        transport.Start(receiver);
        peer.Shutdown(SocketShutdown.Both);
        peer.Dispose();

        await receiver.Closed.WaitAsync(Patience, Token);

        Stage([1]);
        Assert.False(transport.Flush());
        await transport.DisposeAsync();
        Assert.Equal(1, receiver.Ends);
    }

    [Fact]
    public async Task A_reset_by_the_peer_is_told_too()
    {
        transport.Start(receiver);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();

        await receiver.Closed.WaitAsync(Patience, Token);
        Assert.Equal(1, receiver.Ends);
    }

    [Fact]
    public async Task A_receiver_that_wants_no_more_ends_the_connection()
    {
        receiver.WantsMore = false;
        transport.Start(receiver);

        peer.Send([1]);

        await receiver.Closed.WaitAsync(Patience, Token);
        Assert.Empty(await ReadAsync(1));
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_the_connection_and_not_the_process()
    {
        receiver.Problem = new InvalidOperationException("It cannot read this.");
        transport.Start(receiver);

        peer.Send([1]);

        await receiver.Closed.WaitAsync(Patience, Token);
        Assert.Same(receiver.Problem, receiver.Fault);
        Assert.Empty(await ReadAsync(1));
    }

    [Fact]
    public async Task Disposing_ends_the_wait_for_answers_and_for_a_peer_that_does_not_read()
    {
        transport.Start(receiver);
        for (var i = 0; i < 100; i++)
        {
            Stage(new byte[100_000]);
            transport.Flush();
        }

        await transport.DisposeAsync();

        await receiver.Closed.WaitAsync(Patience, Token);
        Stage([1]);
        Assert.False(transport.Flush());
        await transport.DisposeAsync();
    }

    private static byte[] Pattern(int from, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)((from + i) % 251);
        return bytes;
    }

    private void Stage(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(transport.GetSpan(bytes.Length));
        transport.Advance(bytes.Length);
    }

    private async Task ArrivesAsync(byte[] expected)
    {
        var read = await ReadAsync(expected.Length);
        Assert.True(expected.AsSpan().SequenceEqual(read), $"{read.Length} bytes came, of {expected.Length}, or in another order.");
    }

    /// <summary>So many bytes, or those that came before the end.</summary>
    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await using var stream = new NetworkStream(peer);
        var read = await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, Token).AsTask().WaitAsync(Patience, Token);
        return bytes[..read];
    }

    private sealed class Receiver : TransportReceiver
    {
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<byte> received = [];
        private int batches, ends;

        public bool WantsMore { get; set; } = true;

        public Exception? Problem { get; set; }

        public Exception? Fault { get; private set; }

        public int Batches => Volatile.Read(ref batches);

        public int Ends => Volatile.Read(ref ends);

        public Task Closed => closed.Task;

        public byte[] Received
        {
            get
            {
                lock (received)
                    return [.. received];
            }
        }

        public override bool OnReceived(ReadOnlySpan<byte> payload)
        {
            lock (received)
                received.AddRange(payload);
            return Problem is null ? WantsMore : throw Problem;
        }

        public override void OnBatchEnd() => Interlocked.Increment(ref batches);

        public override void OnClosed(Exception? fault)
        {
            Fault = fault;
            Interlocked.Increment(ref ends);
            closed.TrySetResult();
        }

        public async Task HasAsync(int count)
        {
            var waiting = Stopwatch.StartNew();
            while (Received.Length < count || Batches == 0)
            {
                Assert.True(waiting.Elapsed < Patience, $"Only {Received.Length} bytes came.");
                await Task.Delay(5, Token);
            }
        }
    }
}
