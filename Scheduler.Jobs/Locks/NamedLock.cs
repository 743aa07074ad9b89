using RedLockNet;

namespace Scheduler.Jobs.Locks;

/// <summary>Whether a lock is still its holder's.</summary>
public enum LockStatus
{
    /// <summary>Confirmed at the last check.</summary>
    Held,

    /// <summary>The last check had no clear answer. Do not write what needs the lock; it may still turn out to be held.</summary>
    Unknown,

    /// <summary>Not ours any more: taken over, expired, held for too long, or released.</summary>
    Lost,
}

/// <summary>
/// A lock in this process's hands, until it is disposed, lost, or held for too long. A paused process learns of a loss late:
/// what must be safe even then checks <see cref="FencingToken"/>.
/// </summary>
public sealed class NamedLock : IAsyncDisposable
{
    private readonly IRedLock redlock;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource released = new();
    private readonly Task watching;
    private volatile LockStatus status = LockStatus.Held;
    private int disposed;

    internal NamedLock(IRedLock redlock, long fencingToken, Func<NamedLock, CancellationToken, Task> watch)
    {
        this.redlock = redlock;
        FencingToken = fencingToken;
        Lost = lost.Token;
        watching = watch(this, released.Token);
    }

    /// <summary>What is locked.</summary>
    public string Resource => redlock.Resource;

    /// <summary>Strictly growing for each resource: hand it to whatever the lock protects, and let it refuse a smaller one than it has seen.</summary>
    public long FencingToken { get; }

    /// <summary>Fires when the lock is no longer ours, or when that could not be confirmed until its expiry. Stop writing then.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The answer of the last check.</summary>
    public LockStatus Status => status;

    internal string Owner => redlock.LockId;

    /// <summary>Releases the lock for the next one.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await released.CancelAsync();
        await watching;
        status = LockStatus.Lost;
        await redlock.DisposeAsync();
        released.Dispose();
    }

    internal void Confirm(bool isSure)
    {
        if (status != LockStatus.Lost)
            status = isSure ? LockStatus.Held : LockStatus.Unknown;
    }

    /// <summary>Tells the holder, then stops the renewal, which would otherwise keep the lock for somebody who has given it up.</summary>
    internal async Task GiveUpAsync()
    {
        status = LockStatus.Lost;
        // The holder's callbacks may block for as long as they like; the lock must not stay with them.
        _ = lost.CancelAsync();
        await redlock.DisposeAsync();
    }
}
