using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// The places for jobs in flight: the back-pressure of a worker. One loop claims for them; any thread gives them back.
/// Short jobs would wait for round trips most of the time: of them some more are claimed ahead, as many as lately ended in 20 ms.
/// </summary>
internal sealed class JobSlots(int capacity, TimeProvider time)
{
    private const int MostAhead = 2 * ClaimStore.MaxBatch;

    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShortestMeasure = TimeSpan.FromMilliseconds(5);

    private readonly WakeSignal freed = new(time);
    private readonly WakeSignal emptied = new(time);
    private int used;
    private int ended;
    private int measuredEnded;
    private long measuredAt = time.GetTimestamp();
    private int ahead;

    // The claim loop is woken when no more than these are used.
    private volatile int claimAt = capacity - 1;

    /// <summary>How many jobs may be claimed now, those included that are to wait for a slot.</summary>
    public int Free => capacity + ahead - Volatile.Read(ref used);

    /// <summary>Jobs that may be claimed ahead of a free slot.</summary>
    public int AllowedAhead => ahead;

    public int Used => Volatile.Read(ref used);

    public void Take(int count) => Interlocked.Add(ref used, count);

    /// <param name="hasEnded">False for a job that was never started: it says nothing of how quickly jobs end.</param>
    public void Release(bool hasEnded = true)
    {
        if (hasEnded)
            Interlocked.Increment(ref ended);
        var left = Interlocked.Decrement(ref used);
        if (left == 0)
            emptied.Set();
        if (left <= claimAt)
            freed.Set();
    }

    /// <summary>Returns when enough is free for a claim that is worth its round trip. For the claim loop alone.</summary>
    public async Task WaitForFreeAsync(CancellationToken cancellationToken)
    {
        Measure();
        while (Used > claimAt)
            await freed.WaitAsync(cancellationToken);
    }

    /// <summary>Jobs waited for a slot longer than they should: claims nothing ahead until jobs end quickly again.</summary>
    public void ForgetRate() => SetAhead(0);

    private void Measure()
    {
        var elapsed = time.GetElapsedTime(measuredAt);
        if (elapsed < ShortestMeasure)
            return;
        var now = Volatile.Read(ref ended);
        SetAhead((int)Math.Min(MostAhead, unchecked(now - measuredEnded) * (Ahead / elapsed)));
        (measuredEnded, measuredAt) = (now, time.GetTimestamp());
    }

    private void SetAhead(int count)
    {
        ahead = count;
        claimAt = capacity + count - Math.Max(1, count / 2);
    }

    /// <summary>True once no slot is used; false where one still is after <paramref name="longest"/>.</summary>
    public async Task<bool> WaitUntilEmptyAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (Used > 0 && longest - time.GetElapsedTime(start) is { Ticks: > 0 } left)
            await emptied.WaitAsync(left, cancellationToken);
        return Used == 0;
    }
}
