using System.Diagnostics.CodeAnalysis;
using Hangfire.Storage;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>Takes the locks of Hangfire's storage API: owner per acquisition, lease on Redis's clock, fencing number.</summary>
internal sealed class StorageLocks(RedisClient redis, LeaseKeeper keeper, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(200);

    private static readonly RedisScript AcquireLock = RedisScript.Load("acquire_lock");

    /// <exception cref="DistributedLockTimeoutException">Somebody else held it all the time.</exception>
    public StorageLock Acquire(string resource, TimeSpan timeout)
    {
        var started = time.GetTimestamp();
        using var never = new ManualResetEventSlim();
        for (var pause = FirstPause; ; pause = Min(pause * 2, LongestPause))
        {
            if (TryAcquire(resource, out var taken))
                return taken;
            var left = timeout - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw new DistributedLockTimeoutException(resource);
            never.Wait(Min(left, pause * (0.5 + Random.Shared.NextDouble())));
        }
    }

    private bool TryAcquire(string resource, [NotNullWhen(true)] out StorageLock? taken)
    {
        var owner = Guid.NewGuid().ToString("N");
        var fence = (long)AcquireLock.Run(redis, [redis.Keys.StorageLock(resource)], [owner, (long)LeaseKeeper.Lease.TotalMilliseconds]);
        taken = fence > 0 ? new StorageLock(redis, keeper, resource, owner, fence) : null;
        return taken is not null;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
