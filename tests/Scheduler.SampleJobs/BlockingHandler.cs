using Scheduler.Jobs.Contracts;

namespace Scheduler.SampleJobs;

/// <param name="Milliseconds">How long the thread is kept.</param>
public sealed record BlockingArgs(int Milliseconds = 0);

/// <summary>Waits without awaiting: a thread of the pool is gone meanwhile.</summary>
[JobType("sample.block", Description = "Blocks a thread of the pool.")]
public sealed class BlockingHandler : IJobHandler<BlockingArgs, NoResult>
{
    /// <inheritdoc/>
    public Task<NoResult> RunAsync(BlockingArgs args, JobContext job, CancellationToken cancellationToken)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(args.Milliseconds, CancellationToken.None);
        return Task.FromResult(NoResult.Value);
    }
}
