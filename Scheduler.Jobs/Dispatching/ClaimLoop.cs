using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Claims as many jobs as there are free slots, until the queues are dry; then it sleeps until something is said to wait.</summary>
internal sealed class ClaimLoop(
    ClaimStore claims, WorkerIdentity worker, JobTypeRegistry types, IOptions<WorkerOptions> options, JobSlots slots, RunningJobs running,
    SuspectWatch suspects, LimitedPlaces limited, JobExecution execution, WorkerSignals signals, ResilientLoop loop, TimeProvider time, Random random)
{
    private readonly QueueOrder queues = QueueOrder.Parse(options.Value.Queues);
    private readonly TimeSpan lease = options.Value.Lease;
    private readonly string[] typeNames = [.. types.All.Select(t => t.Name)];

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("claim", ClaimOnceAsync, stopping);

    private async Task ClaimOnceAsync(CancellationToken stopping)
    {
        await slots.WaitForFreeAsync(stopping);
        await suspects.WaitForOthersAsync(stopping);
        var wanted = Math.Min(slots.Free, ClaimStore.MaxBatch);
        var limits = limited.Limits;
        var jobs = Claim(wanted, limits, stopping);
        if (stopping.IsCancellationRequested)
            await execution.HandBackAsync(jobs);
        else
            execution.Start(jobs);
        limited.NoteClaim(limits, jobs);
        if (suspects.NoteClaim())
            signals.Claimable.Set();

        // Fewer than asked for: the queues are dry, and what comes from here on is announced.
        if (jobs.Count < wanted)
            await signals.Claimable.WaitAsync(stopping);
    }

    // Synchronous, on the loop's own thread: an awaited reply would need a thread of the pool, and while handlers keep that busy
    // the leases of jobs that nobody knows of yet would run out.
    private IReadOnlyList<RunningJob> Claim(int wanted, IReadOnlyList<TypeLimit> limits, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        var request = new ClaimRequest(worker.Id, queues.Next(random), typeNames, wanted, lease, suspects.AllowsSuspect)
        {
            Limits = limits,
        };
        // Before the call: the lease begins at the server later than this.
        var leaseUntil = time.GetTimestamp() + (long)(lease.TotalSeconds * time.TimestampFrequency);
        running.ExpectClaim();
        try
        {
            // crash point 1: claimed, the reply not read; the leases run out and the jobs go back to their queues
            var claimed = claims.Claim(request);
            slots.Take(claimed.Count);
            return running.Add(claimed, leaseUntil);
        }
        finally
        {
            running.EndClaim();
        }
    }
}
