namespace Scheduler.Jobs.Dispatching;

/// <summary>Tells when a handler that has sent a heartbeat sends no more. A handler that never sends one is not watched.</summary>
internal sealed class SilenceWatch(TimeSpan longest, Action silent, TimeProvider time) : IDisposable
{
    // The longest period a timer takes.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock gate = new();
    private ITimer? timer;
    private long last;
    private bool over;

    public TimeSpan Longest { get; } = longest < LongestTimer ? longest : LongestTimer;

    /// <summary>Cheap enough for a loop: the timer is set again only when it fires.</summary>
    public void Beat()
    {
        Volatile.Write(ref last, time.GetTimestamp());
        if (timer is not null)
            return;
        lock (gate)
        {
            if (timer is null && !over)
                timer = time.CreateTimer(static watch => ((SilenceWatch)watch!).Look(), this, Longest, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            over = true;
            timer?.Dispose();
        }
    }

    private void Look()
    {
        lock (gate)
        {
            if (over)
                return;
            var left = Longest - time.GetElapsedTime(Volatile.Read(ref last));
            if (left > TimeSpan.Zero)
            {
                timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            over = true;
        }

        silent();
    }
}
