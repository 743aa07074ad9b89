using Hangfire.Storage;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>A job claimed for a stock Hangfire server: under a lease that is renewed while this object lives.</summary>
internal sealed class SchedulerFetchedJob : IFetchedJob
{
    private readonly ClaimStore claims;
    private readonly LeaseKeeper keeper;
    private readonly Action<string> released;
    private bool isDone;

    public SchedulerFetchedJob(ClaimStore claims, LeaseKeeper keeper, ClaimedJob claimed, Action<string> released)
    {
        this.claims = claims;
        this.keeper = keeper;
        this.released = released;
        JobId = claimed.Job.Id;
        Fence = claimed.Fence;
        keeper.Hold(this);
    }

    public string JobId { get; }

    public long Fence { get; }

    public bool IsLost { get; private set; }

    public void MarkLost() => IsLost = true;

    /// <summary>
    /// Nothing is left to remove: the commit that ended the attempt did it. A job that is ours still, because nobody wrote
    /// its end, comes back when its lease has run out.
    /// </summary>
    public void RemoveFromQueue() => Release();

    public void Requeue()
    {
        if (!isDone && !IsLost)
            claims.Complete(new JobOutcome.HandedBack(JobId, Fence, "handed back by its server"));
        Release();
    }

    public void Dispose()
    {
        if (!isDone)
            Requeue();
    }

    private void Release()
    {
        isDone = true;
        keeper.Forget(this);
        released(JobId);
    }
}
