using Scheduler.Jobs.Contracts;

namespace Scheduler.Faults.Witness;

/// <summary>A badly written job: it blocks a thread of the pool. Many of them at once starve everything that runs there.</summary>
[JobType("fault.block", Description = "Blocks a thread of the pool, witnessed.")]
public sealed class BlockJob(WitnessFile witness) : IJobHandler<WorkArgs, WorkResult>
{
    /// <inheritdoc/>
    public Task<WorkResult> RunAsync(WorkArgs args, JobContext job, CancellationToken cancellationToken)
    {
        witness.Write("start", job, args.Marker);
        witness.Write("blocks", job, args.Marker);
        using (var never = new ManualResetEventSlim())
            never.Wait(args.Ms, CancellationToken.None);
        witness.Write("done", job, args.Marker);
        return Task.FromResult(new WorkResult(job.FencingToken, Environment.ProcessId));
    }
}
