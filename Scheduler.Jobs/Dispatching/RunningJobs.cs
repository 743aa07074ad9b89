using System.Collections.Concurrent;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>The jobs in this worker's hands: what to renew, and where a cancellation finds its job.</summary>
internal sealed class RunningJobs
{
    private readonly ConcurrentDictionary<string, RunningJob> byId = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private HashSet<string>? cancelledEarly;

    public int Count => byId.Count;

    public IEnumerable<RunningJob> All => byId.Select(pair => pair.Value);

    /// <summary>From now until <see cref="EndClaim"/>, remember cancellations of unknown jobs: the notice may overtake the reply of the claim.</summary>
    public void ExpectClaim()
    {
        lock (gate)
            cancelledEarly = [];
    }

    public IReadOnlyList<RunningJob> Add(IReadOnlyList<ClaimedJob> claims, long leaseUntil)
    {
        var jobs = new RunningJob[claims.Count];
        for (var i = 0; i < jobs.Length; i++)
            Put(jobs[i] = new RunningJob(claims[i], leaseUntil));
        StopCancelledEarly();
        return jobs;
    }

    public void EndClaim()
    {
        lock (gate)
            cancelledEarly = null;
    }

    /// <summary>Forgets exactly this run; a newer run of the same job stays.</summary>
    public void Remove(RunningJob job)
    {
        byId.TryRemove(KeyValuePair.Create(job.Id, job));
        job.Dispose();
    }

    public bool Contains(RunningJob job) => byId.TryGetValue(job.Id, out var found) && ReferenceEquals(found, job);

    public void Cancel(string id)
    {
        if (byId.TryGetValue(id, out var job))
        {
            job.Stop(StopReason.Cancelled);
            return;
        }

        lock (gate)
            cancelledEarly?.Add(id);
    }

    // A job that comes back to the worker which still runs it: the old run has lost its lease.
    private void Put(RunningJob job)
    {
        if (byId.TryGetValue(job.Id, out var old))
            old.Stop(StopReason.LeaseLost);
        byId[job.Id] = job;
    }

    private void StopCancelledEarly()
    {
        string[] early;
        lock (gate)
            early = [.. cancelledEarly ?? []];
        foreach (var id in early)
            Cancel(id);
    }
}
