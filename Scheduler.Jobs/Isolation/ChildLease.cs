namespace Scheduler.Jobs.Isolation;

/// <summary>A child in the hands of one attempt; goes back to its pool when disposed.</summary>
internal sealed class ChildLease(PooledChild child, Action<PooledChild> giveBack) : IDisposable
{
    public PooledChild Child { get; } = child;

    public void Dispose() => giveBack(Child);
}
