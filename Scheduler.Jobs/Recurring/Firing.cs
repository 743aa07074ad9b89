using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>What is to happen to one schedule that is due.</summary>
/// <param name="Guard">What the script compares: see <see cref="ScheduleRecord.Guard"/>.</param>
/// <param name="Jobs">One for each instant; may be none.</param>
/// <param name="Next">Where the schedule moves on to; null = it does not fire again by itself.</param>
/// <param name="Error">Set where the schedule is to be disabled.</param>
/// <param name="PauseIsOver">The stored pause has run out and is removed.</param>
/// <param name="Overlap">What becomes of a job while the schedule's last one is not final.</param>
/// <param name="Forget">The index knows an id that has no hash.</param>
internal sealed record Firing(
    string Id, string Guard, IReadOnlyList<NewJob> Jobs, DateTimeOffset? Next,
    string? Error = null, bool PauseIsOver = false, RunOverlapPolicy Overlap = RunOverlapPolicy.Allow, bool Forget = false)
{
    /// <summary>
    /// The revision that the guard names, where this is the usual case: one further job, of the instant that is the schedule's next,
    /// and another instant to come. Null where it is not: the script must be told more.
    /// </summary>
    public string? PlainRevision =>
        Jobs is [{ ScheduledFor: { } instant }] && Next is not null && Error is null && !PauseIsOver && !Forget
        && Overlap == RunOverlapPolicy.Allow && ScheduleRecord.StandingAt(instant) is var end && Guard.EndsWith(end, StringComparison.Ordinal)
            ? Guard[..^end.Length]
            : null;
}
