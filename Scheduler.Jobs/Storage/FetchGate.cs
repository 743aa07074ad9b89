namespace Scheduler.Jobs.Storage;

/// <summary>
/// Where the threads of stock servers wait for work. One at a time listens, and looks again after a second whatever it heard;
/// the others stand behind it. Whoever finds a job wakes the next, so that one push starts as many as there is work for.
/// </summary>
internal sealed class FetchGate(IReadOnlyCollection<string> queues) : IDisposable
{
    private static readonly TimeSpan SafetyPoll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly SemaphoreSlim signal = new(0, 1);

    public void Wait(CancellationToken cancellationToken)
    {
        turn.Wait(cancellationToken);
        try
        {
            signal.Wait(SafetyPoll, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Signal()
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
    }

    public void Dispose()
    {
        turn.Dispose();
        signal.Dispose();
    }

    public void SignalFor(string queue)
    {
        if (queues.Contains(queue))
            Signal();
    }
}
