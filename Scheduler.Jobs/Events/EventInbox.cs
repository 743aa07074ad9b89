using System.Threading.Channels;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Events;

/// <summary>
/// What reaches the pump: published records, and reasons to look at the log (null). It is short on purpose:
/// a record that finds no room leaves a hole in the numbers, which the pump fills from the log.
/// </summary>
internal sealed class EventInbox : IAsyncDisposable
{
    private static readonly TimeSpan LookAtLog = TimeSpan.FromSeconds(2);

    private readonly RedisClient redis;
    private readonly ITimer timer;
    private readonly Channel<byte[]?> messages = Channel.CreateBounded<byte[]?>(
        new BoundedChannelOptions(128) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private ChannelMessageQueue? subscription;
    private int isInDoubt = 1;

    public EventInbox(RedisClient redis, TimeProvider time)
    {
        this.redis = redis;
        timer = time.CreateTimer(_ => Doubt(), null, LookAtLog, LookAtLog);
        redis.Connection.ConnectionFailed += OnConnectionChanged;
        redis.Connection.ConnectionRestored += OnConnectionChanged;
    }

    /// <summary>Starts listening where that has not succeeded yet. StackExchange.Redis renews it after each reconnect.</summary>
    public async Task EnsureSubscribedAsync()
    {
        if (subscription is not null)
            return;
        var queue = await redis.Subscriber.SubscribeAsync(redis.Keys.EventChannel);
        queue.OnMessage(message => messages.Writer.TryWrite((byte[]?)message.Message));
        subscription = queue;
        Doubt();
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => messages.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The next published record; null = look at the log.</summary>
    public bool TryTake(out byte[]? record) => messages.Reader.TryRead(out record);

    /// <summary>True while no published record may be taken for the continuation of what the ring holds.</summary>
    public bool IsInDoubt => Volatile.Read(ref isInDoubt) == 1;

    /// <summary>True once after each doubt; the caller then looks at the log.</summary>
    public bool TakeDoubt() => Interlocked.Exchange(ref isInDoubt, 0) == 1;

    /// <summary>The log must be looked at before anything else.</summary>
    public void Doubt()
    {
        Volatile.Write(ref isInDoubt, 1);
        messages.Writer.TryWrite(null);
    }

    private void OnConnectionChanged(object? sender, ConnectionFailedEventArgs change) => Doubt();

    public async ValueTask DisposeAsync()
    {
        redis.Connection.ConnectionFailed -= OnConnectionChanged;
        redis.Connection.ConnectionRestored -= OnConnectionChanged;
        await timer.DisposeAsync();
        if (subscription is not null)
            await subscription.UnsubscribeAsync(CommandFlags.FireAndForget);
    }
}
