using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Scheduler.Jobs.Recurring.Calendars;

/// <summary>
/// Reads the days that the events of an iCalendar file (RFC 5545) cover. Events that last several days cover each of them; a time of
/// day counts as the whole day; an event repeated yearly is a yearly day. Other repetitions are refused rather than read wrongly.
/// </summary>
internal sealed class IcsCalendar
{
    private const int MaxDaysOfEvent = 366;

    private readonly HashSet<DateOnly> dates = [];
    private readonly HashSet<YearlyDay> yearly = [];

    /// <param name="error">With the line; a whole sentence.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out HolidayCalendar? calendar, [NotNullWhen(false)] out string? error)
    {
        var reader = new IcsCalendar();
        error = reader.Read(IcsLine.Split(text));
        calendar = error is null ? new HolidayCalendar([.. reader.dates.Order()], [.. reader.yearly.OrderBy(y => (y.Month, y.Day))]) : null;
        return calendar is not null;
    }

    private string? Read(IReadOnlyList<IcsLine> lines)
    {
        if (lines.Count == 0 || !lines[0].Is("BEGIN", "VCALENDAR"))
            return "Line 1 is not BEGIN:VCALENDAR.";
        List<IcsLine>? within = null;
        foreach (var line in lines)
        {
            if (line.Is("BEGIN", "VEVENT"))
                within = [line];
            else if (line.Is("END", "VEVENT") && within is not null)
            {
                if (AddEvent(within) is { } error)
                    return error;
                within = null;
            }
            else
                within?.Add(line);
        }
        if (!lines[^1].Is("END", "VCALENDAR"))
            return "The last line is not END:VCALENDAR: the file is cut off.";
        return null;
    }

    private string? AddEvent(List<IcsLine> lines)
    {
        IcsLine? Find(string name) => lines.Find(l => l.Name == name);
        if (Find("STATUS") is { Value: "CANCELLED" })
            return null;
        if (Find("DTSTART") is not { } startLine)
            return $"The event at line {lines[0].Number} has no DTSTART.";
        if (DateOf(startLine) is not { } start)
            return $"Line {startLine.Number}: DTSTART is not a date.";
        var last = start;
        if (Find("DTEND") is { } endLine && (last = LastDay(start, endLine)) < start)
            return $"Line {endLine.Number}: DTEND is not a date after DTSTART.";
        if (last.DayNumber - start.DayNumber > MaxDaysOfEvent)
            return $"The event at line {lines[0].Number} lasts more than {MaxDaysOfEvent} days.";
        if (Find("RRULE") is { } rule)
            return AddYearly(rule, start, last, Find("EXDATE"));
        for (var day = start; day <= last; day = day.AddDays(1))
            dates.Add(day);
        return dates.Count > HolidayCalendar.MaxDates ? $"The file has more than {HolidayCalendar.MaxDates} days." : null;
    }

    private string? AddYearly(IcsLine rule, DateOnly start, DateOnly last, IcsLine? exception)
    {
        var parts = rule.Value.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Where(p => p.Length == 2)
            .ToDictionary(p => p[0].ToUpperInvariant(), p => p[1].ToUpperInvariant());
        int? until = null;
        if (parts.GetValueOrDefault("FREQ") != "YEARLY" || exception is not null || parts.Keys.Except(["FREQ", "INTERVAL", "UNTIL", "COUNT", "WKST"]).Any()
            || parts.GetValueOrDefault("INTERVAL", "1") != "1")
            return $"Line {rule.Number}: only RRULE:FREQ=YEARLY with UNTIL or COUNT, and without EXDATE, is read; list other days one by one.";
        if (parts.TryGetValue("COUNT", out var count))
            until = int.TryParse(count, CultureInfo.InvariantCulture, out var times) ? start.Year + times - 1 : null;
        if (parts.TryGetValue("UNTIL", out var end) && Date(end) is { } untilDate)
            until = new DateOnly(untilDate.Year, start.Month, Math.Min(start.Day, 28)) <= untilDate ? untilDate.Year : untilDate.Year - 1;
        for (var day = start; day <= last; day = day.AddDays(1))
            yearly.Add(new YearlyDay(day.Month, day.Day, day.Year, until + (day.Year - start.Year)));
        return yearly.Count > HolidayCalendar.MaxYearly ? $"The file has more than {HolidayCalendar.MaxYearly} yearly days." : null;
    }

    private static DateOnly? DateOf(IcsLine line) => Date(line.Value);

    /// <summary>A date ends before it begins the next day; a time of day belongs to its day, unless it is midnight.</summary>
    private static DateOnly LastDay(DateOnly start, IcsLine line)
    {
        if (DateOf(line) is not { } end)
            return DateOnly.MinValue;
        var endsAtMidnight = line.Value.Length == 8 || line.Value.Contains("T000000", StringComparison.Ordinal);
        return endsAtMidnight && end > start ? end.AddDays(-1) : end;
    }

    private static DateOnly? Date(string text) =>
        text.Length >= 8 && DateOnly.TryParseExact(text.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && (text.Length == 8 || text[8] == 'T') ? day : null;
}

/// <summary>One unfolded line: <c>NAME;parameters:value</c>.</summary>
internal sealed record IcsLine(int Number, string Name, string Value)
{
    public bool Is(string name, string value) => Name == name && Value.Equals(value, StringComparison.OrdinalIgnoreCase);

    /// <summary>A line that begins with white space continues the one before.</summary>
    public static IReadOnlyList<IcsLine> Split(string text)
    {
        List<(int Number, string Text)> unfolded = [];
        var raw = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < raw.Length; i++)
        {
            if (unfolded.Count > 0 && raw[i].Length > 0 && raw[i][0] is ' ' or '\t')
                unfolded[^1] = (unfolded[^1].Number, unfolded[^1].Text + raw[i][1..]);
            else if (raw[i].Trim().Length > 0)
                unfolded.Add((i + 1, raw[i].Trim()));
        }
        return [.. unfolded.Select(l => Parse(l.Number, l.Text))];
    }

    private static IcsLine Parse(int number, string line)
    {
        var colon = line.IndexOf(':');
        var name = colon < 0 ? line : line[..colon];
        return new IcsLine(number, name.Split(';')[0].ToUpperInvariant(), colon < 0 ? "" : line[(colon + 1)..].Trim());
    }
}
