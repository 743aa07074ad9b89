using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Scheduler.Jobs.Recurring.Calendars;

namespace Scheduler.Jobs.Recurring;

/// <summary>The exclusions of one schedule, ready to ask: its own days and windows, and the calendars it names.</summary>
internal sealed class ExcludedTimes
{
    private readonly FrozenSet<DateOnly> dates;
    private readonly IReadOnlyList<WeeklyWindow> weekly;
    private readonly List<(string Name, HolidayCalendar Calendar)> calendars;

    private ExcludedTimes(ScheduleExclusions? exclusions, List<(string, HolidayCalendar)> calendars)
    {
        dates = (exclusions?.Dates ?? []).ToFrozenSet();
        weekly = exclusions?.Weekly ?? [];
        this.calendars = calendars;
    }

    public static bool TryCreate(
        ScheduleExclusions? exclusions, CalendarSet calendars, [NotNullWhen(true)] out ExcludedTimes? excluded, out TimingError? error)
    {
        (excluded, error) = (null, null);
        List<(string, HolidayCalendar)> named = [];
        var names = exclusions?.Calendars ?? [];
        for (var i = 0; i < names.Count; i++)
        {
            if (calendars.ByName.TryGetValue(names[i], out var calendar))
                named.Add((names[i], calendar));
            else
                error ??= new TimingError($"/exclude/calendars/{i}", "is not a calendar; PUT /api/v1/calendars/{name} makes one");
        }
        if (error is null)
            excluded = new ExcludedTimes(exclusions, named);
        return error is null;
    }

    /// <summary>What covers this local time and the local time at which it ends; null where nothing does.</summary>
    public (string Reason, DateTime End)? CoverOf(DateTime local)
    {
        var day = DateOnly.FromDateTime(local);
        if (dates.Contains(day))
            return ("date", local.Date.AddDays(1));
        foreach (var (name, calendar) in calendars)
        {
            if (calendar.Contains(day))
                return ("calendar " + name, local.Date.AddDays(1));
        }
        foreach (var window in weekly)
        {
            if (window.Covers(local))
                return ("weekly", local.Date + window.To);
        }
        return null;
    }
}
