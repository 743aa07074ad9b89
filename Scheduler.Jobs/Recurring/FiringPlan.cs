using System.Security.Cryptography;
using System.Text;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>Decides which instants of a due schedule become jobs. Pure: the script that carries it out checks that nothing changed.</summary>
internal static class FiringPlan
{
    /// <summary>How far back <see cref="MisfirePolicy.All"/> looks where the schedule does not say.</summary>
    public static readonly TimeSpan DefaultCatchUpWindow = TimeSpan.FromDays(1);

    public static Firing Of(ScheduleRecord schedule, FiringRules rules)
    {
        if (schedule.Compiled.Calculator is not { } calculator)
            return new Firing(schedule.Id, schedule.Guard, [], null, schedule.Compiled.Error);
        var now = schedule.ReadAt;
        // A Hangfire client may have moved the index; a pause or what we know of the schedule wins.
        if (schedule.Paused is not null)
            return new Firing(schedule.Id, schedule.Guard, [], schedule.NextAfter(now));
        if (schedule.NextAt is not { } due || due > now || schedule.RunsLeft == 0)
            return new Firing(schedule.Id, schedule.Guard, [], schedule.RunsLeft == 0 ? null : schedule.NextAt);

        var limit = (int)Math.Min(rules.MaxCatchUp, schedule.RunsLeft ?? rules.MaxCatchUp);
        var jobs = new List<NewJob>();
        var next = FirstToFire(schedule.Definition, calculator, StillAllowed(schedule, calculator, due), now, rules.MisfireThreshold);
        for (; next <= now && jobs.Count < limit; next = calculator.After(next.Value))
            jobs.Add(JobAt(schedule, next.Value));

        // A job that an overlap policy drops is no run: the limit is only known to be reached where none can be dropped.
        var overlap = schedule.Definition.Overlap;
        var mayDrop = overlap is RunOverlapPolicy.Skip or RunOverlapPolicy.BufferOne;
        var isUsedUp = !mayDrop && jobs.Count == schedule.RunsLeft;
        return new Firing(schedule.Id, schedule.Guard, jobs, isUsedUp ? null : next,
            PauseIsOver: schedule.StoredPause is not null, Overlap: overlap);
    }

    // A calendar may have changed since the instant was chosen.
    private static DateTimeOffset? StillAllowed(ScheduleRecord schedule, OccurrenceCalculator calculator, DateTimeOffset due) =>
        schedule.Definition.Timing.NamesCalendars ? calculator.After(due.AddTicks(-1)) : due;

    private static DateTimeOffset? FirstToFire(
        ScheduleDefinition definition, OccurrenceCalculator calculator, DateTimeOffset? first, DateTimeOffset now, TimeSpan misfireThreshold)
    {
        var onTime = now - misfireThreshold;
        if (first is not { } due || due >= onTime)
            return first;
        return definition.Misfire switch
        {
            MisfirePolicy.Latest => calculator.Newest(due, onTime.AddTicks(-1)) ?? due,
            MisfirePolicy.Skip => calculator.After(onTime.AddTicks(-1)),
            _ => FirstWithin(definition.CatchUpWindow ?? DefaultCatchUpWindow),
        };

        DateTimeOffset? FirstWithin(TimeSpan window) => due >= now - window ? due : calculator.After((now - window).AddTicks(-1));
    }

    /// <summary>The job of one instant. Its id follows from schedule, revision and instant: every node makes the same one.</summary>
    public static NewJob JobAt(ScheduleRecord schedule, DateTimeOffset instant)
    {
        var source = $"{schedule.Id}\n{schedule.Revision}\n{instant.ToUnixTimeMilliseconds()}";
        var id = JobId.FromInstant(instant, SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        return schedule.NewJob(id) with { ScheduledFor = instant };
    }

    /// <summary>A job of the schedule that belongs to no instant.</summary>
    public static NewJob NewJob(this ScheduleRecord schedule, string jobId) => new()
    {
        Id = jobId,
        Type = schedule.Definition.Type,
        Args = schedule.Definition.Args,
        Queue = schedule.Definition.Queue,
        Tags = schedule.Definition.Tags,
        MaxAttempts = schedule.Definition.MaxAttempts,
        Timeout = schedule.Definition.Timeout,
        RecurringId = schedule.Id,
        Invocation = schedule.Compiled.Invocation,
    };
}

/// <param name="MisfireThreshold">Instants that are older were missed.</param>
/// <param name="MaxCatchUp">The most jobs one schedule makes in one pass; the rest follow in the next pass.</param>
internal sealed record FiringRules(TimeSpan MisfireThreshold, int MaxCatchUp);
