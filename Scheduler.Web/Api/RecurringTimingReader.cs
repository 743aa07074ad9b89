using System.Globalization;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.Web.Api;

/// <summary>The members of a put that say when.</summary>
internal static class RecurringTimingReader
{
    private const int MaxCrons = 50, MaxDates = 1_000, MaxWindows = 50, MaxCalendars = 20;

    private static readonly string DayRule = "must be one of " + string.Join(", ", RecurringWords.Days.Keys);

    private static readonly string[] Sources = ["cron", "crons", "interval"];

    public static ScheduleTiming Read(JsonFields fields)
    {
        var (cron, crons, interval) = (fields.Text("cron"), fields.Texts("crons", MaxCrons), ReadInterval(fields.Nested("interval")));
        RequireOneOf(fields);
        if (crons is [])
            fields.Refuse("crons", "must have at least one item");
        var (startAt, endAt) = (ReadInstant(fields, "startAt"), ReadInstant(fields, "endAt"));
        if (endAt < startAt)
            fields.Refuse("endAt", "must not be before startAt");
        var (gap, overlap) = ReadDst(fields.Nested("dst"));
        return new ScheduleTiming
        {
            Cron = cron,
            Crons = crons,
            Interval = interval,
            TimeZone = fields.Text("timeZone"),
            StartAt = startAt,
            EndAt = endAt,
            Exclude = ReadExclusions(fields.Nested("exclude")),
            Jitter = fields.PositiveDuration("jitter"),
            Gap = gap,
            Overlap = overlap,
        };
    }

    private static void RequireOneOf(JsonFields fields)
    {
        string[] given = [.. Sources.Where(n => fields.Value(n) is not null)];
        if (given.Length == 0)
            fields.Refuse("cron", "is required, or one of crons and interval");
        else if (given.Length > 1)
            fields.Refuse(given[1], $"and {given[0]} exclude each other");
    }

    private static FixedInterval? ReadInterval(JsonFields? fields)
    {
        if (fields is null)
            return null;
        if (fields.Value("every") is null)
            fields.Refuse("every", "is required");
        var every = fields.Duration("every");
        if (every < FixedInterval.Shortest)
            fields.Refuse("every", "must be at least PT1S");
        var anchor = ReadInstant(fields, "anchor");
        fields.RefuseOthers();
        return every is null ? null : new FixedInterval(every.Value, anchor);
    }

    private static (GapRule Gap, OverlapRule Overlap) ReadDst(JsonFields? fields)
    {
        if (fields is null)
            return default;
        var rule = (RecurringWords.Read(fields, "gap", RecurringWords.Gap), RecurringWords.Read(fields, "overlap", RecurringWords.Overlap));
        fields.RefuseOthers();
        return rule;
    }

    private static ScheduleExclusions? ReadExclusions(JsonFields? fields)
    {
        if (fields is null)
            return null;
        var dates = fields.Items<DateOnly>("dates", MaxDates, IsoDate.TryParse, IsoDate.Rule) ?? [];
        var weekly = ReadWeekly(fields);
        var calendars = fields.Texts("calendars", MaxCalendars) ?? [];
        fields.RefuseOthers();
        return new ScheduleExclusions(dates, weekly) { Calendars = [.. calendars.Distinct(StringComparer.Ordinal)] };
    }

    private static List<WeeklyWindow> ReadWeekly(JsonFields fields) =>
        [.. fields.NestedItems("weekly", MaxWindows).Select(ReadWindow).OfType<WeeklyWindow>()];

    private static WeeklyWindow? ReadWindow(JsonFields window)
    {
        var days = ReadDays(window);
        var (from, to) = (ReadTime(window, "from") ?? TimeSpan.Zero, ReadTime(window, "to") ?? TimeSpan.FromDays(1));
        if (to <= from)
            window.Refuse("to", "must be after from; a window over midnight takes two");
        window.RefuseOthers();
        return days.Count == 0 ? null : new WeeklyWindow(days, from, to);
    }

    private static IReadOnlyList<DayOfWeek> ReadDays(JsonFields window)
    {
        var days = window.Items<DayOfWeek>("days", 7, RecurringWords.Days.TryGetValue, DayRule);
        if (days is null or [])
            window.Refuse("days", "must name at least one day, for example [\"SAT\"]");
        return days ?? [];
    }

    private static TimeSpan? ReadTime(JsonFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
            return null;
        if (text == "24:00")
            return TimeSpan.FromDays(1);
        if (TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time.ToTimeSpan();
        fields.Refuse(name, "must be a time of day from 00:00 to 24:00");
        return null;
    }

    /// <summary>To the millisecond: the store has no finer one.</summary>
    private static DateTimeOffset? ReadInstant(JsonFields fields, string name) =>
        fields.Instant(name) is { } instant ? DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds()) : null;
}
