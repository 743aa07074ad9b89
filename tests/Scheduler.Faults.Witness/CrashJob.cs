using System.Diagnostics;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Faults.Witness;

/// <summary>A poison job: it ends its process as kill -9 would.</summary>
[JobType("fault.crash", Description = "Kills its worker process, witnessed.")]
public sealed class CrashJob(WitnessFile witness) : IJobHandler<WorkArgs, NoResult>
{
    /// <inheritdoc/>
    public Task<NoResult> RunAsync(WorkArgs args, JobContext job, CancellationToken cancellationToken)
    {
        witness.Write("crash", job, args.Marker);
        using var self = Process.GetCurrentProcess();
        self.Kill();
        return Task.FromResult(NoResult.Value);
    }
}
