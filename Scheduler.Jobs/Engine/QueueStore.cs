using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <param name="Length">Jobs waiting, those included that no live worker can run.</param>
/// <param name="OldestAge">How long the oldest one has been waiting; null for an empty queue.</param>
/// <param name="Pause">Null while workers may claim from it.</param>
internal sealed record QueueRecord(string Name, long Length, TimeSpan? OldestAge, long Processing, QueuePause? Pause)
{
    public bool Paused => Pause is not null;
}

/// <summary>Queues as people see them.</summary>
internal sealed class QueueStore(RedisClient redis)
{
    private static readonly RedisScript ReadQueues = RedisScript.LoadReader("read_queues");
    private static readonly RedisScript PauseQueue = RedisScript.Load("pause_queue");

    public async Task<IReadOnlyList<QueueRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await redis.SetMembersAsync(redis.Keys.Queues).WaitAsync(cancellationToken);
        var paused = await redis.HashKeysAsync(redis.Keys.PausedQueues).WaitAsync(cancellationToken);
        var all = names.Concat(paused).Select(n => n.ToString()).Distinct().Order(StringComparer.Ordinal).ToArray();
        return await ReadAsync(all, cancellationToken);
    }

    /// <summary>Null where nobody has used or paused a queue of this name.</summary>
    public async Task<QueueRecord?> GetAsync(string name, CancellationToken cancellationToken)
    {
        var isKnown = await redis.SetContainsAsync(redis.Keys.Queues, name).WaitAsync(cancellationToken)
            || await redis.HashExistsAsync(redis.Keys.PausedQueues, name).WaitAsync(cancellationToken);
        return isKnown ? (await ReadAsync([name], cancellationToken))[0] : null;
    }

    /// <summary>No worker claims from a paused queue. Pausing a queue nobody has used yet is allowed.</summary>
    /// <param name="by">Who pauses it, for people to see; null = nobody in particular.</param>
    /// <param name="note">Why.</param>
    public Task PauseAsync(string name, string? by, string? note, CancellationToken cancellationToken) =>
        PauseQueue.RunAsync(redis, [], [name, "1", by?.ReplaceLineEndings(" ") ?? "", note ?? ""]).WaitAsync(cancellationToken);

    public Task ResumeAsync(string name, CancellationToken cancellationToken) =>
        PauseQueue.RunAsync(redis, [], [name, "0", "", ""]).WaitAsync(cancellationToken);

    private async Task<IReadOnlyList<QueueRecord>> ReadAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var reply = await ReadQueues.RunAsync(redis, [], [.. names.Select(n => (RedisValue)n)]).WaitAsync(cancellationToken);
        return [.. names.Select((name, i) => Record(name, reply[i]))];
    }

    private static QueueRecord Record(string name, RedisResult row)
    {
        var age = (long)row[1];
        return new QueueRecord(name, (long)row[0], age < 0 ? null : TimeSpan.FromMilliseconds(age), (long)row[2], QueuePause.Read((string?)row[3]));
    }
}
