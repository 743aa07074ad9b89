using Scheduler.Jobs.Recurring.Calendars;

namespace Scheduler.UnitTests.Recurring;

public sealed class IcsCalendarTests
{
    [Theory]
    [InlineData("DTSTART;VALUE=DATE:20261225", "2026-12-25")]
    [InlineData("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", "2026-12-25 2026-12-26")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20261231T180000\nDTEND;TZID=Europe/Berlin:20270101T020000", "2026-12-31 2027-01-01")]
    [InlineData("DTSTART:20261231T180000Z\nDTEND:20270101T000000Z", "2026-12-31")]
    [InlineData("SUMMARY:Two\n  lines\nDTSTART;VALUE=DA\n TE:20261225", "2026-12-25")]
    [InlineData("STATUS:CANCELLED\nDTSTART;VALUE=DATE:20261225", "")]
    public void Days_of_an_event(string lines, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(lines).Dates.Select(d => d.ToString("O", null))));

    [Theory]
    [InlineData("RRULE:FREQ=YEARLY", "2020-12-25 2099-12-25", "2019-12-25 2020-12-24")]
    [InlineData("RRULE:FREQ=YEARLY;COUNT=2", "2021-12-25", "2022-12-25")]
    [InlineData("RRULE:FREQ=YEARLY;UNTIL=20220101T000000Z", "2021-12-25", "2022-12-25")]
    public void Yearly_event(string rule, string within, string without)
    {
        var calendar = Read("DTSTART;VALUE=DATE:20201225\n" + rule);
        Assert.All(within.Split(' '), d => Assert.True(calendar.Contains(DateOnly.Parse(d, null))));
        Assert.All(without.Split(' '), d => Assert.False(calendar.Contains(DateOnly.Parse(d, null))));
        Assert.Equivalent(calendar, HolidayCalendar.FromJson(calendar.ToJson()));
    }

    [Theory]
    [InlineData("SUMMARY:no date", "The event at line 2 has no DTSTART.")]
    [InlineData("DTSTART;VALUE=DATE:20261332", "Line 3: DTSTART is not a date.")]
    [InlineData("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20251225", "Line 4: DTEND is not a date after DTSTART.")]
    [InlineData("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20291225", "The event at line 2 lasts more than 366 days.")]
    [InlineData("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY", "Line 4: only RRULE:FREQ=YEARLY with UNTIL or COUNT, and without EXDATE, is read; list other days one by one.")]
    public void Event_that_cannot_be_read_is_named(string lines, string expected)
    {
        Assert.False(IcsCalendar.TryRead(Whole(lines), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("", "Line 1 is not BEGIN:VCALENDAR.")]
    [InlineData("hello", "Line 1 is not BEGIN:VCALENDAR.")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT", "The last line is not END:VCALENDAR: the file is cut off.")]
    public void What_is_no_calendar_is_refused(string text, string expected)
    {
        Assert.False(IcsCalendar.TryRead(text, out _, out var error));
        Assert.Equal(expected, error);
    }

    private static HolidayCalendar Read(string lines) =>
        IcsCalendar.TryRead(Whole(lines), out var calendar, out var error) ? calendar : throw new InvalidOperationException(error);

    private static string Whole(string lines) => $"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n".ReplaceLineEndings("\r\n");
}
