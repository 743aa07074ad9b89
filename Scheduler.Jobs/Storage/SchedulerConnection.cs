using Hangfire.Storage;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Hangfire's connection: short-lived, used by one thread at a time. It remembers what its user decides on (the state a job was
/// read in, the claim it was fetched under), so that its transactions can be refused when that is no longer true.
/// </summary>
internal sealed partial class SchedulerConnection : JobStorageConnection
{
    private readonly StorageParts parts;
    private readonly Dictionary<string, HeldLock> held = new(StringComparer.Ordinal);

    public SchedulerConnection(SchedulerStorage storage, StorageParts parts)
    {
        Storage = storage;
        this.parts = parts;
    }

    public SchedulerStorage Storage { get; }

    /// <summary>What this connection's transactions must know of jobs.</summary>
    public JobMemory Memory { get; } = new();

    internal RedisClient Redis => parts.Redis;

    internal JobStore Jobs => parts.Jobs;

    internal TimeProvider Time => parts.Time;

    private IDatabase Database => parts.Redis.Database;

    private RedisKeys Keys => parts.Redis.Keys;

    public override IWriteOnlyTransaction CreateWriteTransaction() => new SchedulerTransaction(this, parts.Logger<SchedulerTransaction>());

    /// <summary>Re-entrant on this connection, whatever thread asks.</summary>
    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        FlushCreated();
        if (held.TryGetValue(resource, out var mine) && !mine.Lock.IsLost)
            mine.Uses++;
        else
            held[resource] = mine = new HeldLock(parts.Locks.Acquire(resource, timeout));
        return new LockUse(mine, Leave);
    }

    public override DateTime GetUtcDateTime()
    {
        FlushCreated();
        var time = (RedisValue[])Database.Execute("TIME")!;
        return DateTime.UnixEpoch.AddSeconds((long)time[0]).AddMicroseconds((long)time[1]);
    }

    public override void Dispose()
    {
        try
        {
            FlushCreated();
        }
        finally
        {
            foreach (var mine in held.Values)
                mine.Lock.Dispose();
            held.Clear();
            base.Dispose();
        }
    }

    private void Leave(HeldLock mine)
    {
        if (--mine.Uses > 0)
            return;
        mine.Lock.Dispose();
        if (held.TryGetValue(mine.Lock.Resource, out var current) && current == mine)
            held.Remove(mine.Lock.Resource);
    }
}
