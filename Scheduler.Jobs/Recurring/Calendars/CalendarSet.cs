using System.Collections.Frozen;

namespace Scheduler.Jobs.Recurring.Calendars;

/// <summary>All calendars as they were at one revision.</summary>
internal sealed record CalendarSet(long Revision, FrozenDictionary<string, HolidayCalendar> ByName)
{
    public static readonly CalendarSet Empty = new(0, FrozenDictionary<string, HolidayCalendar>.Empty);
}
