using System.Globalization;

namespace Scheduler.Jobs.Engine;

/// <summary>Since when, by whom and why a queue gives no jobs out. Stored as lines: instant (ms), who, note.</summary>
/// <param name="By">The caller's name as the API knows it; null where nobody in particular did it.</param>
internal sealed record QueuePause(DateTimeOffset At, string? By, string? Note)
{
    /// <summary>Null for an empty text: the queue is not paused.</summary>
    public static QueuePause? Read(string? stored)
    {
        if (string.IsNullOrEmpty(stored))
            return null;
        var lines = stored.Split('\n', 3);
        var at = long.TryParse(lines[0], CultureInfo.InvariantCulture, out var ms) ? ms : 0;
        return new QueuePause(DateTimeOffset.FromUnixTimeMilliseconds(at), Line(lines, 1), Line(lines, 2));
    }

    private static string? Line(string[] lines, int index) => index < lines.Length && lines[index].Length > 0 ? lines[index] : null;
}
