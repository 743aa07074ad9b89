using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>demo.progress</c>.</summary>
internal sealed record DemoProgressArgs([Range(1, 10_000)] int Steps, [Range(0, 60_000)] int StepMs = 0);

/// <summary>Result of <c>demo.progress</c>.</summary>
internal sealed record DemoProgressResult(int Steps);

/// <summary>Reports progress and logs a line at each step.</summary>
[JobType("demo.progress", Description = "Reports progress and logs a line at each step.")]
internal sealed partial class DemoProgressJob(TimeProvider clock) : IJobHandler<DemoProgressArgs, DemoProgressResult>
{
    public async Task<DemoProgressResult> RunAsync(DemoProgressArgs args, JobContext job, CancellationToken cancellationToken)
    {
        for (var step = 1; step <= args.Steps; step++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(args.StepMs), clock, cancellationToken);
            job.ReportProgress(100.0 * step / args.Steps, $"step {step} of {args.Steps}");
            LogStep(job.Logger, step, args.Steps);
        }
        return new DemoProgressResult(args.Steps);
    }

    [LoggerMessage(2120, LogLevel.Information, "Step {Step} of {Steps}")]
    private static partial void LogStep(ILogger logger, int step, int steps);
}
