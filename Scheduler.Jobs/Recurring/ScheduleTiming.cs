namespace Scheduler.Jobs.Recurring;

/// <summary>When a schedule fires. Exactly one of <see cref="Cron"/>, <see cref="Crons"/> and <see cref="Interval"/> is set.</summary>
internal sealed record ScheduleTiming
{
    public string? Cron { get; init; }

    /// <summary>Fires where any of them does, once where several do.</summary>
    public IReadOnlyList<string>? Crons { get; init; }

    public FixedInterval? Interval { get; init; }

    /// <summary>The zone whose wall clock the crons and exclusions are read on; null = UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Fires from this instant on; null = from now on.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Fires up to this instant, itself included; null = for ever.</summary>
    public DateTimeOffset? EndAt { get; init; }

    public ScheduleExclusions? Exclude { get; init; }

    /// <summary>Upper bound of the shift that the schedule's id chooses; never up to the next instant. Null = none.</summary>
    public TimeSpan? Jitter { get; init; }

    public GapRule Gap { get; init; }
    public OverlapRule Overlap { get; init; }

    public bool NamesCalendars => Exclude is { Calendars.Count: > 0 };

    public IReadOnlyList<string> AllCrons => Cron is null ? Crons ?? [] : [Cron];
}

/// <summary>Every so often, in elapsed time: clock changes do not move it.</summary>
/// <param name="Every">At least a second.</param>
/// <param name="Anchor">The first instant; null = counted from 1970-01-01T00:00:00Z.</param>
internal sealed record FixedInterval(TimeSpan Every, DateTimeOffset? Anchor)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The first instant strictly after this one.</summary>
    public DateTime? After(DateTime from)
    {
        var anchor = (Anchor ?? DateTimeOffset.UnixEpoch).UtcDateTime;
        if (from < anchor)
            return anchor;
        var steps = (from - anchor).Ticks / Every.Ticks + 1;
        return DateTime.MaxValue.Ticks - anchor.Ticks <= steps * (decimal)Every.Ticks ? null : anchor.AddTicks(steps * Every.Ticks);
    }
}
