using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Jobs.Recurring.Calendars;

/// <summary>Days on which the schedules that name this calendar do not fire, each day as the schedule's zone has it.</summary>
/// <param name="Dates">Single days.</param>
/// <param name="Yearly">Days of every year.</param>
internal sealed record HolidayCalendar(IReadOnlyList<DateOnly> Dates, IReadOnlyList<YearlyDay> Yearly)
{
    /// <summary>The most single days of one calendar: thirty years of daily ones would be a schedule, not a calendar.</summary>
    public const int MaxDates = 10_000;

    /// <summary>The most yearly days: each day of a leap year.</summary>
    public const int MaxYearly = 366;

    private HashSet<DateOnly>? set;

    public bool Contains(DateOnly day) => (set ??= [.. Dates]).Contains(day) || Yearly.Any(y => y.Falls(day));

    public string ToJson() => JsonSerializer.Serialize(this, CalendarJson.Default.HolidayCalendar);

    /// <exception cref="JsonException">The text was not written by <see cref="ToJson"/>.</exception>
    public static HolidayCalendar FromJson(string json) =>
        JsonSerializer.Deserialize(json, CalendarJson.Default.HolidayCalendar) ?? throw new JsonException("A calendar is empty.");
}

/// <summary>One day of each year from <paramref name="From"/> to <paramref name="Until"/>, both included; null = no bound.</summary>
internal sealed record YearlyDay(int Month, int Day, int? From = null, int? Until = null)
{
    public const string Shape = "must be a day of the year like 12-25";

    public bool Falls(DateOnly day) => day.Month == Month && day.Day == Day && !(day.Year < From) && !(day.Year > Until);

    /// <summary>29 February counts: it falls in leap years only.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out YearlyDay? day)
    {
        var exists = DateOnly.TryParseExact("2024-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = exists ? new YearlyDay(date.Month, date.Day) : null;
        return exists;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Month:00}-{Day:00}");
}

[JsonSerializable(typeof(HolidayCalendar))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class CalendarJson : JsonSerializerContext;
