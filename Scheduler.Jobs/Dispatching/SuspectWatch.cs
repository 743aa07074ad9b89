namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Keeps a job that two processes have died with apart from others: one such job at a time, and nothing else is claimed
/// in its first seconds, when it would kill again. Between two of them others have their turn.
/// </summary>
internal sealed class SuspectWatch(TimeProvider time)
{
    private static readonly TimeSpan AloneFor = TimeSpan.FromSeconds(2);

    private readonly WakeSignal ended = new(time);
    private volatile RunningJob? suspect;
    private volatile bool othersFirst;
    private long startedAt;

    public bool AllowsSuspect => suspect is null && !othersFirst;

    public void Started(RunningJob job)
    {
        if (!job.Claim.IsSuspect)
            return;
        startedAt = time.GetTimestamp();
        suspect = job;
    }

    public void Ended(RunningJob job)
    {
        if (!ReferenceEquals(suspect, job))
            return;
        suspect = null;
        othersFirst = true;
        ended.Set();
    }

    /// <summary>After a claim. True where it had to leave suspects alone, so that another may find one.</summary>
    public bool NoteClaim()
    {
        if (!othersFirst || suspect is not null)
            return false;
        othersFirst = false;
        return true;
    }

    /// <summary>Returns once other jobs may be claimed.</summary>
    public async Task WaitForOthersAsync(CancellationToken cancellationToken)
    {
        while (suspect is not null && AloneFor - time.GetElapsedTime(startedAt) is { Ticks: > 0 } left)
            await ended.WaitAsync(left, cancellationToken);
    }
}
