using System.Diagnostics;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Ends its worker process as a power cut would: nothing is handed back, nothing is flushed.</summary>
[JobType("demo.crash", Description = "Ends its worker process at once.")]
internal sealed class DemoCrashJob : IJobHandler<NoArgs, NoResult>
{
    public async Task<NoResult> RunAsync(NoArgs args, JobContext job, CancellationToken cancellationToken)
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return NoResult.Value;
    }
}
