using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>One acquisition of a lock of Hangfire's storage API. It is held, or lost; when in doubt it counts as lost.</summary>
internal sealed class StorageLock : IDisposable
{
    private static readonly RedisScript ReleaseLock = RedisScript.Load("release_lock", allowOutOfMemory: true);

    private readonly RedisClient redis;
    private readonly LeaseKeeper keeper;
    private readonly CancellationTokenSource lost = new();
    private int disposed;

    public StorageLock(RedisClient redis, LeaseKeeper keeper, string resource, string owner, long fence)
    {
        this.redis = redis;
        this.keeper = keeper;
        Resource = resource;
        Key = redis.Keys.StorageLock(resource);
        Fence = fence;
        Value = owner + ":" + fence;
        keeper.Hold(this);
    }

    public string Resource { get; }
    public RedisKey Key { get; }

    /// <summary>What the key holds while this acquisition does.</summary>
    public string Value { get; }

    public long Fence { get; }

    public bool IsLost => lost.IsCancellationRequested;

    /// <summary>Fires when the lock is no longer ours, whatever the reason.</summary>
    public CancellationToken Lost => lost.Token;

    public void MarkLost() => lost.Cancel();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
            return;
        keeper.Forget(this);
        try
        {
            if (!IsLost)
                ReleaseLock.Run(redis, [Key], [Value]);
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            // Its lease runs out on its own.
        }
        lost.Cancel();
    }
}
