namespace Scheduler.Jobs.Storage;

/// <summary>A lock held by one connection, and how many times.</summary>
internal sealed class HeldLock(StorageLock taken)
{
    public StorageLock Lock => taken;

    public int Uses { get; set; } = 1;
}

/// <summary>What <c>AcquireDistributedLock</c> returns. Disposing it twice counts once.</summary>
internal sealed class LockUse(HeldLock mine, Action<HeldLock> leave) : IDisposable
{
    private Action<HeldLock>? leave = leave;

    public string Resource => mine.Lock.Resource;

    public bool IsLost => mine.Lock.IsLost;

    /// <summary>Fires when the lock is no longer ours.</summary>
    public CancellationToken Lost => mine.Lock.Lost;

    /// <summary>Grows with every acquisition of any lock: a resource can refuse a stale holder by it.</summary>
    public long FencingToken => mine.Lock.Fence;

    public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke(mine);
}
