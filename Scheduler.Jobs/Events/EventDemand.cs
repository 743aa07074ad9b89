namespace Scheduler.Jobs.Events;

/// <summary>Counts the listeners: a process without any follows no events and costs Redis nothing.</summary>
internal sealed class EventDemand(TimeProvider time)
{
    // Long enough that a client that comes again, or the next wait for a job, finds the feed running.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly EventSignal arrived = new();
    private int listeners;
    private long lastLeft;

    public bool IsOver
    {
        get { lock (gate) return listeners == 0 && time.GetElapsedTime(lastLeft) > Linger; }
    }

    public IDisposable Enter()
    {
        lock (gate)
            listeners++;
        arrived.Raise();
        return new Listener(this);
    }

    public async Task WaitForListenerAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = arrived.Next;
            lock (gate)
            {
                if (listeners > 0)
                    return;
            }
            await next.WaitAsync(cancellationToken);
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            listeners--;
            lastLeft = time.GetTimestamp();
        }
    }

    private sealed class Listener(EventDemand demand) : IDisposable
    {
        private EventDemand? owner = demand;

        public void Dispose() => Interlocked.Exchange(ref owner, null)?.Leave();
    }
}
