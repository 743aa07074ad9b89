using System.ComponentModel.DataAnnotations;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>demo.spin</c>.</summary>
internal sealed record DemoSpinArgs([Range(0, 600_000)] int Milliseconds);

/// <summary>Result of <c>demo.spin</c>.</summary>
internal sealed record DemoSpinResult(long Iterations);

/// <summary>Keeps one CPU busy.</summary>
[JobType("demo.spin", Description = "Keeps one CPU busy for a while.", CpuBound = true)]
internal sealed class DemoSpinJob(TimeProvider clock) : IJobHandler<DemoSpinArgs, DemoSpinResult>
{
    private const int Round = 1000;

    public Task<DemoSpinResult> RunAsync(DemoSpinArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var wanted = TimeSpan.FromMilliseconds(args.Milliseconds);
        var iterations = 0L;
        while (clock.GetElapsedTime(started) < wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Thread.SpinWait(Round);
            iterations += Round;
        }
        return Task.FromResult(new DemoSpinResult(iterations));
    }
}
