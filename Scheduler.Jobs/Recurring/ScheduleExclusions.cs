namespace Scheduler.Jobs.Recurring;

/// <summary>Local times at which a schedule does not fire.</summary>
/// <param name="Dates">Whole days.</param>
/// <param name="Weekly">Parts of weekdays.</param>
internal sealed record ScheduleExclusions(IReadOnlyList<DateOnly> Dates, IReadOnlyList<WeeklyWindow> Weekly)
{
    /// <summary>Names of calendars whose days are excluded too.</summary>
    public IReadOnlyList<string> Calendars { get; init; } = [];
}

/// <param name="From">Time of day, included.</param>
/// <param name="To">Time of day, not included; 24 hours = to the end of the day.</param>
internal sealed record WeeklyWindow(IReadOnlyList<DayOfWeek> Days, TimeSpan From, TimeSpan To)
{
    public bool Covers(DateTime local) => Days.Contains(local.DayOfWeek) && local.TimeOfDay >= From && local.TimeOfDay < To;
}
