namespace Scheduler.Jobs.Recurring;

/// <summary>What a caller demands of the schedule it changes: <c>If-Match</c> and <c>If-None-Match: *</c>.</summary>
/// <param name="Revisions">One of these; null = any. A <c>*</c> means any that exists.</param>
/// <param name="MustBeNew">There is no such schedule yet.</param>
internal sealed record SchedulePrecondition(IReadOnlyList<string>? Revisions, bool MustBeNew)
{
    public static readonly SchedulePrecondition None = new(null, false);

    public bool Holds(ScheduleRecord? current)
    {
        if (MustBeNew && current is not null)
            return false;
        return Revisions is null || (current is not null && (Revisions.Contains("*") || Revisions.Contains(current.Revision)));
    }
}
