namespace Scheduler.Jobs.Recurring;

/// <summary>What a schedule will do: the instants at which it fires, and what bends or bars them on the way.</summary>
/// <param name="Occurrences">Exactly what the firing will do, with exclusions, jitter and daylight saving applied.</param>
/// <param name="Transitions">Changes of the zone's clock between the first and the last of them.</param>
/// <param name="Excluded">Instants in the same range that an exclusion takes out; the first hundred.</param>
internal sealed record SchedulePreview(
    IReadOnlyList<DateTimeOffset> Occurrences, IReadOnlyList<ClockChange> Transitions, IReadOnlyList<(DateTimeOffset At, string Reason)> Excluded)
{
    // A rare schedule may be years ahead.
    private const int MostTransitions = 50;

    public static SchedulePreview Of(ScheduleRecord schedule, DateTimeOffset from, int count)
    {
        List<DateTimeOffset> occurrences = [.. schedule.OccurrencesAfter(from).Take(count)];
        if (schedule.Compiled.Calculator is not { } calculator || occurrences.Count == 0)
            return new SchedulePreview(occurrences, [], []);
        var to = occurrences[^1];
        return new SchedulePreview(occurrences, [.. calculator.Clock.ChangesIn(from, to).Take(MostTransitions)], calculator.ExcludedBetween(from, to));
    }
}

/// <param name="At">The first instant with the new offset.</param>
internal sealed record ClockChange(DateTimeOffset At, TimeSpan Before, TimeSpan After);
