using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>What applies to one job: its own rules, else its type's, else the configured ones.</summary>
/// <param name="MaxAttempts">Attempts in all.</param>
internal sealed record RetryPlan(int MaxAttempts, TimeSpan BaseDelay, TimeSpan MaxDelay, IReadOnlyList<TimeSpan>? Delays, TimeSpan? MaxAge);

/// <summary>
/// How many attempts, and how long between them: a list of delays, or exponential with full jitter, so that jobs which failed together
/// do not come back together.
/// </summary>
internal sealed class RetryPolicy(IOptions<RetryOptions> options, Random random)
{
    // The longest delay the engine's contract knows.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(366);

    private readonly RetryPlan configured = new(options.Value.MaxAttempts, options.Value.BaseDelay, options.Value.MaxDelay, null, null);

    public RetryPlan PlanFor(JobRecord job, JobTypeDescriptor? type)
    {
        if (job.Retry is null && type?.Retry is null)
            return configured with { MaxAttempts = job.MaxAttempts ?? type?.MaxAttempts ?? configured.MaxAttempts };
        var rules = (job.Retry ?? new RetryRules()).Over(type?.Retry);
        return new RetryPlan(
            job.MaxAttempts ?? AttemptsFor(job.Retry?.Delays) ?? type?.MaxAttempts ?? AttemptsFor(rules.Delays) ?? configured.MaxAttempts,
            rules.BaseDelay ?? Shorter(configured.BaseDelay, rules.MaxDelay),
            rules.MaxDelay ?? Longer(configured.MaxDelay, rules.BaseDelay),
            rules.Delays,
            rules.MaxAge);
    }

    /// <summary>The next of the list; else random between zero and <see cref="Ceiling"/>.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public TimeSpan Delay(RetryPlan plan, int attempt) => plan.Delays is { Count: > 0 } list
        ? list[Math.Clamp(attempt - 1, 0, list.Count - 1)]
        : Ceiling(plan, attempt) * random.NextDouble();

    /// <summary>The base delay, doubled with each attempt, up to the longest.</summary>
    public static TimeSpan Ceiling(RetryPlan plan, int attempt)
    {
        // In floating point, which saturates where TimeSpan would overflow.
        var ticks = plan.BaseDelay.Ticks * Math.Pow(2, Math.Max(attempt, 1) - 1);
        return ticks < plan.MaxDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : plan.MaxDelay;
    }

    /// <summary>True where the job would be older than it may be when the attempt started.</summary>
    /// <param name="elapsed">How long the attempt took that failed.</param>
    public static bool IsTooOld(RetryPlan plan, JobRecord job, TimeSpan elapsed, TimeSpan delay)
    {
        if (plan.MaxAge is not { } limit || job.StartedAt is not { } start)
            return false;
        var due = job.ScheduledFor ?? job.CreatedAt + (job.Retry?.Wait ?? TimeSpan.Zero);
        return start + elapsed + delay - due > limit;
    }

    /// <summary>A delay that a handler chose, brought into the range the engine takes.</summary>
    public static TimeSpan Chosen(TimeSpan delay) =>
        delay < TimeSpan.Zero ? TimeSpan.Zero : delay > LongestDelay ? LongestDelay : delay;

    private static int? AttemptsFor(IReadOnlyList<TimeSpan>? delays) => delays is null ? null : delays.Count + 1;

    // Half of what is configured would contradict what the job asks for.
    private static TimeSpan Shorter(TimeSpan one, TimeSpan? limit) => limit < one ? limit.Value : one;

    private static TimeSpan Longer(TimeSpan one, TimeSpan? least) => least > one ? least.Value : one;
}
