using Scheduler.Jobs.Contracts;

namespace Scheduler.Faults.Witness;

/// <param name="Marker">The load generator's name for this job.</param>
/// <param name="Ms">How long it awaits.</param>
/// <param name="Throws">It throws in so many first attempts.</param>
public sealed record WorkArgs(string Marker, int Ms = 0, int Throws = 0);

/// <param name="Fence">The token under which this result was made: a stale one must never be accepted.</param>
public sealed record WorkResult(long Fence, int Pid);

/// <summary>The ordinary job: awaits, may throw as often as it is told, and says under which token it ran.</summary>
[JobType("fault.work", Description = "Awaits, witnessed.")]
public sealed class WorkJob(WitnessFile witness, TimeProvider time) : IJobHandler<WorkArgs, WorkResult>
{
    /// <inheritdoc/>
    public async Task<WorkResult> RunAsync(WorkArgs args, JobContext job, CancellationToken cancellationToken)
    {
        witness.Write("start", job, args.Marker);
        try
        {
            if (args.Ms > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(args.Ms), time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            witness.Write("cancelled", job, args.Marker);
            throw;
        }

        if (job.Attempt <= args.Throws)
        {
            witness.Write("threw", job, args.Marker);
            throw new InvalidOperationException($"as told, fence {job.FencingToken}");
        }

        witness.Write("done", job, args.Marker);
        return new WorkResult(job.FencingToken, Environment.ProcessId);
    }
}
