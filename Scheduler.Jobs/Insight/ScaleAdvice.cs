namespace Scheduler.Jobs.Insight;

/// <param name="Backlog">Jobs that wait and may be taken.</param>
/// <param name="Running">Jobs of the queue in flight.</param>
/// <param name="LiveWorkers">That serve the queue and are not draining.</param>
/// <param name="Concurrency">Jobs one worker runs at a time.</param>
internal sealed record ScaleFacts(long Backlog, long Running, bool IsPaused, int LiveWorkers, double Concurrency, QueuePace Pace);

/// <summary>How many workers a queue needs.</summary>
/// <param name="Why">For a person.</param>
internal sealed record ScaleAdvice(int Workers, string Why)
{
    /// <summary>
    /// By Little's law: so many jobs are in flight as come in a second, times what one takes. The backlog counts as coming evenly within
    /// the target. Never more slots than there are jobs for them, and never fewer than now hold running jobs.
    /// </summary>
    public static ScaleAdvice For(ScaleFacts facts, TimeSpan targetWait)
    {
        var busy = Ceiling(facts.Running / facts.Concurrency);
        if (facts.IsPaused)
            return new ScaleAdvice(busy, "The queue is paused: only what runs needs workers.");
        if (facts.Backlog == 0 && facts.Running == 0 && facts.Pace.EndsPerSecond == 0 && facts.Pace.ArrivalsPerSecond is null or 0)
            return new ScaleAdvice(0, "Nothing waits, runs or arrives.");
        if (facts.Pace.MeanDuration is not { } duration)
            return facts.Backlog == 0 ? new ScaleAdvice(busy, "Nothing waits.")
                : new ScaleAdvice(Math.Max(1, Math.Max(busy, facts.LiveWorkers)), "Jobs wait, but none has ended in the last minute: their duration is not known yet.");

        var arrivals = facts.Pace.ArrivalsPerSecond ?? facts.Pace.EndsPerSecond;
        var slots = (arrivals + (facts.Backlog / targetWait.TotalSeconds)) * duration.TotalSeconds;
        var useful = facts.Backlog + facts.Running + (arrivals * targetWait.TotalSeconds);
        var workers = Math.Max(Ceiling(Math.Min(slots, useful) / facts.Concurrency), busy);
        return new ScaleAdvice(workers,
            $"{SpokenTime.Number(arrivals)} jobs arrive in a second and {SpokenTime.Count(facts.Backlog, "job")} wait; at {SpokenTime.Duration(duration)} each and "
            + $"{SpokenTime.Number(facts.Concurrency)} at a time in one worker, {SpokenTime.Duration(targetWait)} need {SpokenTime.Count(workers, "worker")}.");
    }

    // A hair over a whole number is measuring noise, not a further worker.
    private static int Ceiling(double value) => (int)Math.Min(Math.Ceiling(value - 0.001), 100_000);
}
