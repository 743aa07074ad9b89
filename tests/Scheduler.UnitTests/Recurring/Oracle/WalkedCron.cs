namespace Scheduler.UnitTests.Recurring.Oracle;

/// <summary>One field: its text, and the plain numbers it means.</summary>
internal sealed class CronField
{
    private readonly bool[] values = new bool[64];

    private CronField(string text, IEnumerable<int> numbers)
    {
        Text = text;
        foreach (var number in numbers)
            values[number] = true;
    }

    public string Text { get; }

    public bool IsInterval => Text.AsSpan().ContainsAny("*-/");

    public bool Has(int value) => values[value];

    public static CronField Any(int first, int last) => new("*", Range(first, last, 1));

    public static CronField Step(int first, int last, int step) => new($"*/{step}", Range(first, last, step));

    public static CronField SpanStep(int from, int to, int step) => new($"{from}-{to}/{step}", Range(from, to, step));

    public static CronField Span(int from, int to) => new($"{from}-{to}", Range(from, to, 1));

    public static CronField List(IEnumerable<int> numbers) => new(string.Join(',', numbers), numbers);

    /// <summary>The same numbers under another text: names of months and days.</summary>
    public CronField Named(string[] names, int first) =>
        new(string.Join(',', Enumerable.Range(0, names.Length).Where(i => values[i + first]).Select(i => names[i])),
            Enumerable.Range(first, names.Length).Where(i => values[i]));

    private static IEnumerable<int> Range(int first, int last, int step) =>
        Enumerable.Range(first, last - first + 1).Where(v => (v - first) % step == 0);
}

/// <summary>A rule of days that is more than a set of numbers: its text, and what it asks of a date.</summary>
internal sealed record DayRule(string DayText, string WeekdayText, Func<DateTime, bool> Matches)
{
    public static DayRule Numbers(CronField day, CronField weekday) =>
        new(day.Text, weekday.Text, d => day.Has(d.Day) && weekday.Has((int)d.DayOfWeek));

    public static DayRule Last(int before) => new(before == 0 ? "L" : $"L-{before}", "*", d => d.Day == LastOf(d) - before);

    public static DayRule NthWeekday(int weekday, int nth) =>
        new("*", $"{weekday}#{nth}", d => (int)d.DayOfWeek == weekday && (d.Day - 1) / 7 + 1 == nth);

    public static DayRule LastWeekday(int weekday) => new("*", $"{weekday}L", d => (int)d.DayOfWeek == weekday && d.Day + 7 > LastOf(d));

    /// <summary>The working day nearest to one day, within its month.</summary>
    public static DayRule NearestWorkday(int day) => new($"{day}W", "*", d => day <= LastOf(d) && d.Day == Nearest(d, day));

    public static readonly DayRule LastWorkday = new("LW", "*", d => d.Day == Nearest(d, LastOf(d)));

    private static int Nearest(DateTime month, int day)
    {
        bool IsWorkday(int candidate) =>
            new DateTime(month.Year, month.Month, candidate).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
        return new[] { day, day - 1, day + 1, day - 2, day + 2 }.First(c => c >= 1 && c <= LastOf(month) && IsWorkday(c));
    }

    private static int LastOf(DateTime day) => DateTime.DaysInMonth(day.Year, day.Month);
}

/// <summary>An expression as its parts, so that its text and its meaning come from one choice and neither from the other.</summary>
/// <param name="Second">Null = five fields.</param>
internal sealed record WalkedCron(CronField? Second, CronField Minute, CronField Hour, CronField Month, DayRule Day)
{
    public string Text => $"{(Second is null ? "" : Second.Text + " ")}{Minute.Text} {Hour.Text} {Day.DayText} {Month.Text} {Day.WeekdayText}";

    public bool IsInterval => Minute.IsInterval || Hour.IsInterval || Second is { IsInterval: true };

    public bool MatchesDay(DateTime date) => Month.Has(date.Month) && Day.Matches(date);

    public bool MatchesTime(int secondOfDay) =>
        Hour.Has(secondOfDay / 3600) && Minute.Has(secondOfDay / 60 % 60) && (Second?.Has(secondOfDay % 60) ?? secondOfDay % 60 == 0);
}
