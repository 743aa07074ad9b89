using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>demo.sleep</c>.</summary>
internal sealed record DemoSleepArgs([Description("How long, at most P1D.")] TimeSpan Duration) : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Duration > TimeSpan.FromDays(1))
            yield return new ValidationResult("must be at most P1D", [nameof(Duration)]);
    }
}

/// <summary>Result of <c>demo.sleep</c>.</summary>
internal sealed record DemoSleepResult(long SleptMs);

/// <summary>Waits without holding a thread.</summary>
[JobType("demo.sleep", Description = "Waits for a while; can be cancelled.")]
internal sealed class DemoSleepJob(TimeProvider clock) : IJobHandler<DemoSleepArgs, DemoSleepResult>
{
    public async Task<DemoSleepResult> RunAsync(DemoSleepArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        await Task.Delay(args.Duration, clock, cancellationToken);
        return new DemoSleepResult((long)clock.GetElapsedTime(started).TotalMilliseconds);
    }
}
