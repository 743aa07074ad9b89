using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>How a final job ended, and where its time went: the longest first.</summary>
internal static class EndReasons
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        [JobTimeline.Waiting] = "waiting in its queue",
        [JobTimeline.Delayed] = "waiting for its time",
        [JobTimeline.Retrying] = "between attempts",
        [JobTimeline.Locked] = "waiting for a lock",
        [JobTimeline.Awaiting] = "waiting for its parent",
        [JobTimeline.Running] = "running",
        [JobTimeline.Resting] = "at rest before it was put back",
    };

    public static IReadOnlyList<Reason> Of(JobRecord job, JobTimeline timeline)
    {
        var spent = JobTimeline.PhaseNames.Select(name => (Name: name, Time: timeline.In(name))).Where(s => s.Time > TimeSpan.Zero)
            .OrderByDescending(s => s.Time).ToList();
        return [Ended(job, timeline, spent), .. spent.Select(s => Spent(s.Name, s.Time, timeline.Total))];
    }

    private static Reason Ended(JobRecord job, JobTimeline timeline, IReadOnlyList<(string Name, TimeSpan Time)> spent)
    {
        var where = spent.Count == 0 ? "" : ": " + string.Join(", ", spent.Select(s => $"{SpokenTime.Duration(s.Time)} {Words[s.Name]}"));
        var why = job.State switch
        {
            JobStates.Failed when job.Error is { } error => $" The last error: {error.Message}",
            JobStates.Deleted when job.History[^1].Reason is { } reason => $" Reason: {reason}.",
            _ => "",
        };
        var lost = timeline.IsWhole ? "" : " Its history has lost the beginning, so earlier times are missing.";
        return new Reason(ReasonCodes.Ended,
            $"{Verb(job)} after {SpokenTime.Count(job.Attempt, "attempt")} and {SpokenTime.Duration(timeline.Total)}{where}.{why}{lost}")
        { DurationMs = (long)timeline.Total.TotalMilliseconds, Until = job.FinishedAt };
    }

    private static string Verb(JobRecord job) => job.State switch
    {
        JobStates.Succeeded => "It succeeded",
        JobStates.Failed => "It failed for good",
        _ => "It was deleted",
    };

    private static Reason Spent(string name, TimeSpan time, TimeSpan total) =>
        new(ReasonCodes.TimeSpent, $"{SpokenTime.Number(100 * time / total)} % of its time, {SpokenTime.Duration(time)}, went into {Words[name]}.")
        { DurationMs = (long)time.TotalMilliseconds };
}
