using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Stops jobs whose lease could not be renewed a sixth of the lease before it runs out, by this process's monotonic clock:
/// their handlers have ended when another worker starts them.
/// </summary>
internal sealed partial class LeaseDeadlines(
    RunningJobs running, IOptions<WorkerOptions> options, TimeProvider time, ILogger<LeaseDeadlines> logger) : IDisposable
{
    private readonly TimeSpan lease = options.Value.Lease;
    private ITimer? timer;

    public void Start() => timer = time.CreateTimer(static deadlines => ((LeaseDeadlines)deadlines!).StopOverdue(), this, lease / 12, lease / 12);

    public void Dispose() => timer?.Dispose();

    private void StopOverdue()
    {
        var latest = time.GetTimestamp() + (long)(lease.TotalSeconds / 6 * time.TimestampFrequency);
        foreach (var job in running.All.Where(job => job.NeedsLease && job.LeaseUntil < latest))
        {
            LogExpired(job.Id, job.Job.Type, job.Job.Queue, job.Job.Attempt);
            job.Stop(StopReason.LeaseExpired);
        }
    }

    [LoggerMessage(1141, LogLevel.Warning, "The lease of job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}, could not be renewed in time; its handler is cancelled.")]
    private partial void LogExpired(string jobId, string jobName, string queue, int attempt);
}
