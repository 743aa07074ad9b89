using System.Collections.Concurrent;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// Looks ten times a second how much memory watched processes use, with all they started, and tells when one is over its limit.
/// It costs nothing while none is watched.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Watched, bool> all = new();
    private readonly ITimer timer;
    private int looking;
    private int ticking;

    public MemoryWatch(TimeProvider time) =>
        timer = time.CreateTimer(static watch => ((MemoryWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <param name="exceeded">Called once, with the bytes in use.</param>
    /// <returns>Ends the watch.</returns>
    public IDisposable Watch(int process, long limit, Action<long> exceeded)
    {
        var watched = new Watched(this, process, limit, exceeded);
        all[watched] = true;
        if (Interlocked.Exchange(ref ticking, 1) == 0)
            timer.Change(Period, Period);
        return watched;
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref looking, 1) == 1)
            return;
        foreach (var watched in all.Keys)
        {
            var bytes = ProcessTree.ResidentBytes(watched.Process);
            if (bytes > watched.Limit && all.TryRemove(watched, out _))
                watched.Exceeded(bytes);
        }

        if (all.IsEmpty)
            Rest();
        Volatile.Write(ref looking, 0);
    }

    private void Rest()
    {
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref ticking, 0);
        // One that came in between found the timer ticking.
        if (!all.IsEmpty && Interlocked.Exchange(ref ticking, 1) == 0)
            timer.Change(Period, Period);
    }

    private sealed class Watched(MemoryWatch watch, int process, long limit, Action<long> exceeded) : IDisposable
    {
        public int Process { get; } = process;

        public long Limit { get; } = limit;

        public Action<long> Exceeded { get; } = exceeded;

        public void Dispose() => watch.all.TryRemove(this, out _);
    }
}
