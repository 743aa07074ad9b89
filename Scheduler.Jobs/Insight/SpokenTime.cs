using System.Globalization;

namespace Scheduler.Jobs.Insight;

/// <summary>Times as a person says them.</summary>
internal static class SpokenTime
{
    /// <summary><c>350 ms</c>, <c>12.4 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1000 } => Text($"{Math.Max(time.TotalMilliseconds, 0):0} ms"),
        { TotalSeconds: < 60 } => Text($"{time.TotalSeconds:0.#} s"),
        { TotalMinutes: < 60 } => Text($"{time.Minutes} min {time.Seconds} s"),
        { TotalHours: < 24 } => Text($"{time.Hours} h {time.Minutes} min"),
        _ => Text($"{(int)time.TotalDays} d {time.Hours} h"),
    };

    /// <summary><c>2026-11-22 10:00:00 UTC</c>.</summary>
    public static string Instant(DateTimeOffset instant) => Text($"{instant.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");

    public static string Count(long number, string one) => number == 1 ? "1 " + one : Text($"{number:#,0} {one}s");

    public static string Number(double value) => Text($"{value:0.##}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
