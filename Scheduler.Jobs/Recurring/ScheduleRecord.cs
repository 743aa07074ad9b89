using System.Globalization;

namespace Scheduler.Jobs.Recurring;

/// <summary>A schedule as the store holds it.</summary>
internal sealed record ScheduleRecord
{
    public required string Id { get; init; }

    /// <summary>Identifies this state of the schedule to the scripts.</summary>
    public required string Stamp { get; init; }

    /// <summary>What tells the firing script that it still stands as it was read: the revision as stored, and the stamp from the score on.</summary>
    public string Guard { get; init; } = "";

    /// <summary>How the guard ends of a schedule that is not paused, and whose next instant is this one.</summary>
    public static string StandingAt(DateTimeOffset instant) => string.Create(CultureInfo.InvariantCulture,
        $" {instant.ToUnixTimeMilliseconds()} {instant.ToUnixTimeMilliseconds()} ");

    /// <summary>Redis's clock when this was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The entity tag, and part of every job id: another definition never meets the jobs of the one before.</summary>
    public required string Revision { get; init; }

    public required CompiledSchedule Compiled { get; init; }

    /// <summary>The next instant that will fire; null = none.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The nominal instant that fired last.</summary>
    public DateTimeOffset? LastAt { get; init; }

    public string? LastJobId { get; init; }

    /// <summary>As stored; a pause whose time is up is still here until the schedule fires.</summary>
    public SchedulePause? StoredPause { get; init; }

    /// <summary>Jobs made by instants so far.</summary>
    public long Runs { get; init; }

    /// <summary>Why the schedule was disabled; null = it was not.</summary>
    public string? Error { get; init; }

    /// <summary>When a job of it last succeeded.</summary>
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>Runs that failed in a row, where somebody counts them.</summary>
    public int Failures { get; init; }

    /// <summary>Since when it is overdue with a success; null = it is not.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    public SchedulePause? Paused => StoredPause?.Until <= ReadAt ? null : StoredPause;

    public ScheduleDefinition Definition => Compiled.Definition;

    /// <summary>Instants that may still fire; null = no limit.</summary>
    public long? RunsLeft => Definition.MaxRuns is { } max ? Math.Max(0, max - Runs) : null;

    /// <summary>The instants strictly after this one, as far as the limit of runs allows. A pause is not looked at: it may end.</summary>
    public IEnumerable<DateTimeOffset> OccurrencesAfter(DateTimeOffset from)
    {
        if (Compiled.Calculator is null)
            return [];
        var all = Compiled.Calculator.AllAfter(from);
        return RunsLeft is { } left ? all.Take((int)Math.Min(left, int.MaxValue)) : all;
    }

    /// <summary>The next instant that will fire by what is known now: none while paused without an end.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset from)
    {
        if (Paused is { Until: null })
            return null;
        var start = Paused?.Until is { } until && until.AddTicks(-1) > from ? until.AddTicks(-1) : from;
        return OccurrencesAfter(start).Select(i => (DateTimeOffset?)i).FirstOrDefault();
    }
}
