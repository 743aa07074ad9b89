using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>One job of a schedule, still there or remembered.</summary>
/// <param name="State">One of <see cref="JobStates"/>.</param>
/// <param name="ScheduledFor">Its instant; null for a triggered one.</param>
/// <param name="IsKept">The job itself can still be read.</param>
internal sealed record ScheduleRun(
    string JobId, string State, DateTimeOffset? ScheduledFor, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int Attempt, JobError? Error, bool IsKept)
{
    public static ScheduleRun Of(JobRecord job) =>
        new(job.Id, job.State, job.ScheduledFor, job.StartedAt, job.FinishedAt, job.Attempt, job.Error, IsKept: true);
}
