using System.Collections.Concurrent;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>The gates of this process, one for each list of queues, woken by the wake channel.</summary>
internal sealed class FetchGates(RedisClient redis) : IDisposable
{
    private const string QueueMessage = "queue ";

    private readonly ConcurrentDictionary<string, FetchGate> gates = new(StringComparer.Ordinal);
    private readonly Lock once = new();
    private Action<RedisChannel, RedisValue>? handler;

    public FetchGate For(string[] queues)
    {
        Subscribe();
        return gates.GetOrAdd(string.Join(',', queues), static (_, names) => new FetchGate([.. names]), queues);
    }

    // Our handler only: others listen to the channel through the same connection.
    public void Dispose()
    {
        if (handler is not null)
            redis.Subscriber.Unsubscribe(redis.Keys.WakeChannel, handler, CommandFlags.FireAndForget);
    }

    private void Subscribe()
    {
        lock (once)
        {
            if (handler is not null)
                return;
            handler = (_, message) => Hear(message.ToString());
            redis.Subscriber.Subscribe(redis.Keys.WakeChannel, handler, CommandFlags.FireAndForget);
        }
    }

    private void Hear(string message)
    {
        if (!message.StartsWith(QueueMessage, StringComparison.Ordinal))
            return;
        foreach (var gate in gates.Values)
            gate.SignalFor(message[QueueMessage.Length..]);
    }
}
