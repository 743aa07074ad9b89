namespace Scheduler.Jobs.Locks;

/// <summary>Thrown where nobody can tell whether a lock is free: too few of its Redis masters answered in time.</summary>
public sealed class LockUnavailableException : Exception
{
    /// <param name="resource">The lock's resource.</param>
    /// <param name="inner">The cause, or null.</param>
    public LockUnavailableException(string resource, Exception? inner = null)
        : base($"The lock '{resource}' cannot be taken, because too few of the lock servers answered in time.", inner) { }
}
