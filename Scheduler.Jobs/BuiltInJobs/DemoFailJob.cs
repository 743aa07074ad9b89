using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>demo.fail</c>.</summary>
internal sealed record DemoFailArgs(
    [Description("How many attempts fail.")] [Range(0, 1000)] int Times = 1,
    [Description("The error's message.")] [MaxLength(1000)] string Message = "This attempt was asked to fail.");

/// <summary>Result of <c>demo.fail</c>.</summary>
internal sealed record DemoFailResult(int Attempt);

/// <summary>Fails its first attempts, then succeeds.</summary>
[JobType("demo.fail", Description = "Throws on the first attempts, then succeeds.")]
internal sealed class DemoFailJob : IJobHandler<DemoFailArgs, DemoFailResult>
{
    public Task<DemoFailResult> RunAsync(DemoFailArgs args, JobContext job, CancellationToken cancellationToken) =>
        job.Attempt <= args.Times
            ? throw new InvalidOperationException(args.Message)
            : Task.FromResult(new DemoFailResult(job.Attempt));
}
