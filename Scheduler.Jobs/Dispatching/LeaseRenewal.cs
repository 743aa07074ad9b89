using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Renews the leases of all jobs in this worker's hands every third of the lease. On a thread of its own, with the
/// synchronous client: handlers that keep the thread pool busy cannot make this worker lose its jobs.
/// </summary>
internal sealed partial class LeaseRenewal : IDisposable
{
    private readonly ClaimStore claims;
    private readonly RunningJobs running;
    private readonly ResilientLoop loop;
    private readonly DispatcherMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger<LeaseRenewal> logger;
    private readonly TimeSpan lease;
    private readonly long leaseTicks;
    private readonly ManualResetEvent stopped = new(initialState: false);
    private readonly Thread thread;

    public LeaseRenewal(
        ClaimStore claims, RunningJobs running, ResilientLoop loop, DispatcherMetrics metrics, IOptions<WorkerOptions> options,
        TimeProvider time, ILogger<LeaseRenewal> logger)
    {
        (this.claims, this.running, this.loop, this.metrics, this.time, this.logger) = (claims, running, loop, metrics, time, logger);
        lease = options.Value.Lease;
        leaseTicks = (long)(lease.TotalSeconds * time.TimestampFrequency);
        thread = new Thread(RenewUntilStopped) { IsBackground = true, Name = "Scheduler lease renewal", Priority = ThreadPriority.AboveNormal };
    }

    public void Start() => thread.Start();

    public void Stop() => stopped.Set();

    public void Dispose()
    {
        stopped.Set();
        if (thread.IsAlive)
            thread.Join(TimeSpan.FromSeconds(1));
        if (!thread.IsAlive)
            stopped.Dispose();
    }

    private void RenewUntilStopped()
    {
        var pause = lease / 3;
        while (!stopped.WaitOne(pause))
            pause = loop.Try("renewal", RenewAll) ? lease / 3 : lease / 12;
    }

    private void RenewAll()
    {
        var now = time.GetTimestamp();
        // A lease that was taken just now can wait for the next round.
        foreach (var chunk in running.All.Where(job => job.NeedsLease && job.LeaseUntil - now < leaseTicks / 6 * 5).Chunk(ClaimStore.MaxBatch))
            Renew(chunk);
    }

    private void Renew(RunningJob[] jobs)
    {
        // Before the call: the new lease begins at the server later than this.
        var until = time.GetTimestamp() + leaseTicks;
        var lost = claims.Renew([.. jobs.Select(job => (job.Id, job.Fence))], lease).ToHashSet(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            if (!lost.Contains(job.Id))
                job.LeaseUntil = until;
            else
                GiveUp(job);
        }

        metrics.Renewed(jobs.Length - lost.Count, lost.Count);
    }

    // A job whose outcome was committed a moment ago has no lease either, and is no longer in our hands.
    private void GiveUp(RunningJob job)
    {
        job.Stop(StopReason.LeaseLost);
        if (running.Contains(job))
            LogLost(job.Id, job.Job.Type, job.Job.Queue, job.Job.Attempt);
    }

    [LoggerMessage(1140, LogLevel.Warning, "The lease of job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}, is lost; its handler is cancelled.")]
    private partial void LogLost(string jobId, string jobName, string queue, int attempt);
}
