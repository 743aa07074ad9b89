namespace Scheduler.Jobs.Bulk;

/// <summary>Tells this process's runner that an operation was begun here; other nodes find it by looking.</summary>
internal sealed class BulkSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0, 1);

    public void Raise()
    {
        // Two at once are one.
        if (raised.CurrentCount == 0)
            raised.Release();
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => raised.WaitAsync(atMost, cancellationToken);

    public void Dispose() => raised.Dispose();
}
