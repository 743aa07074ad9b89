using System.Collections.Frozen;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// How many jobs of some types this worker has in its hands: it claims no more than it can run soon, so that the others wait in their
/// queue, for any worker, and hold none of the places that other jobs need.
/// </summary>
/// <param name="most">Asked at each claim.</param>
internal sealed class TypePlaces(IEnumerable<string> types, Func<int> most, WorkerSignals signals)
{
    private readonly FrozenSet<string> limited = types.ToFrozenSet(StringComparer.Ordinal);
    private int used;
    private volatile bool someLeft;

    public IReadOnlyCollection<string> Types => limited;

    public int Free => Math.Max(0, most() - Volatile.Read(ref used));

    public void Take(RunningJob job)
    {
        if (limited.Contains(job.Job.Type))
            Interlocked.Increment(ref used);
    }

    /// <summary>
    /// After a claim whose jobs were taken: where it got as many as it might, others may be left in their queue, and every place that
    /// is freed from here on, or was during the claim, is a reason to claim again.
    /// </summary>
    public void NoteClaim(int might, IReadOnlyList<RunningJob> jobs)
    {
        someLeft = jobs.Count(job => limited.Contains(job.Job.Type)) >= might;
        if (someLeft && Free > 0)
            signals.Claimable.Set();
    }

    public void Release(RunningJob job)
    {
        if (!limited.Contains(job.Job.Type))
            return;
        Interlocked.Decrement(ref used);
        if (someLeft)
            signals.Claimable.Set();
    }
}
