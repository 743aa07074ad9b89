using System.Text.Json;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;

namespace Scheduler.Web.Api;

/// <summary>Turns the body of a put into a checked definition, or says all that is wrong with it.</summary>
internal sealed class RecurringRequestReader(JobTypeRegistry types, IOptions<RecurringOptions> options, TimeProvider time)
{
    /// <summary>Instants looked at for the shortest time between two.</summary>
    private const int InstantsLookedAt = 200;

    private static readonly string[] ReadOnly =
        ["nextAt", "lastAt", "lastJobId", "lastSuccessAt", "failures", "silentSince", "paused", "error", "preview"];

    private readonly TimeSpan minInterval = options.Value.MinInterval;

    /// <summary>The schedule of a put to its own path.</summary>
    /// <returns>Null where errors were added.</returns>
    public ScheduleDefinition? Read(string id, JsonElement body, CalendarSet calendars, ValidationErrors errors)
    {
        var before = errors.Count;
        if (JsonFields.Of(body, "", errors) is not { } fields)
            return null;
        if (fields.Value("id") is not null)
            fields.Refuse("id", "is read-only; leave it out");
        return Read(id, fields, calendars, errors, before);
    }

    /// <summary>One schedule of many, which says its id itself.</summary>
    /// <returns>Null where errors were added.</returns>
    public (string Id, ScheduleDefinition Definition)? ReadOne(JsonElement body, string pointer, CalendarSet calendars, ValidationErrors errors)
    {
        var before = errors.Count;
        if (JsonFields.Of(body, pointer, errors) is not { } fields)
            return null;
        var id = fields.RequiredText("id");
        if (id is not null && !Names.IsScheduleId(id))
            fields.Refuse("id", Names.ScheduleIdRule);
        return Read(id ?? "", fields, calendars, errors, before) is { } definition ? (id!, definition) : null;
    }

    private ScheduleDefinition? Read(string id, JsonFields fields, CalendarSet calendars, ValidationErrors errors, int before)
    {
        var type = JobRequestReader.ReadType(fields, types);
        var args = JobRequestReader.ReadArgs(fields, type, errors);
        var timing = RecurringTimingReader.Read(fields);
        var definition = ReadDefinition(fields, type, args, timing);
        RefuseFields(fields);
        fields.RefuseOthers();
        if (errors.Count == before)
            CheckTiming(id, timing, calendars, fields);
        return errors.Count == before ? definition : null;
    }

    private static ScheduleDefinition ReadDefinition(JsonFields fields, JobTypeDescriptor? type, string args, ScheduleTiming timing) => new()
    {
        Type = type?.Name ?? "",
        Args = args,
        Queue = fields.Queue("queue") ?? type?.Queue ?? "",
        Timing = timing,
        Tags = fields.Tags("tags"),
        MaxAttempts = fields.Integer("maxAttempts", JobRequestReader.MinAttempts, JobRequestReader.MaxAttempts),
        Timeout = fields.PositiveDuration("timeout"),
        MaxRuns = fields.Integer("maxRuns", 1, int.MaxValue),
        Misfire = RecurringWords.Read(fields, "misfire", RecurringWords.Misfire),
        CatchUpWindow = fields.PositiveDuration("catchUpWindow"),
        Overlap = RecurringWords.Read(fields, "overlap", RecurringWords.RunOverlap),
        PauseAfterFailures = fields.Integer("pauseAfterFailures", 1, 1_000_000),
        MaxSilence = ReadMaxSilence(fields),
    };

    /// <summary>Two names for one thing; it is stored, and shown, as <c>maxSilence</c>.</summary>
    private static TimeSpan? ReadMaxSilence(JsonFields fields)
    {
        var (silence, expected) = (fields.PositiveDuration("maxSilence"), fields.PositiveDuration("expectEvery"));
        if (silence is not null && expected is not null)
            fields.Refuse("expectEvery", "and maxSilence are two names for one thing; give one of them");
        return silence ?? expected;
    }

    private static void RefuseFields(JsonFields fields)
    {
        foreach (var name in ReadOnly.Where(n => fields.Value(n) is not null))
            fields.Refuse(name, "is read-only; leave it out");
    }

    private void CheckTiming(string id, ScheduleTiming timing, CalendarSet calendars, JsonFields fields)
    {
        if (OccurrenceCalculator.TryCreate(timing, id, calendars, out var error) is not { } calculator)
            fields.RefuseAt(error!.Pointer, error.Message);
        else if (calculator.After(DateTimeOffset.UnixEpoch) is null)
            fields.Refuse(timing.Exclude is null ? "endAt" : "exclude", "leaves no instant at which the schedule could fire");
        else if (ShortestInterval(calculator) is { } shortest && shortest < minInterval)
            fields.Refuse(timing.Interval is null ? timing.Cron is null ? "crons" : "cron" : "interval",
                $"fires {IsoDuration.Format(shortest)} after the instant before; this server asks for {IsoDuration.Format(minInterval)} at least");
    }

    /// <summary>Null where it cannot be below the finest that there is.</summary>
    private TimeSpan? ShortestInterval(OccurrenceCalculator calculator)
    {
        if (minInterval <= FixedInterval.Shortest)
            return null;
        var instants = calculator.AllAfter(time.GetUtcNow()).Take(InstantsLookedAt).ToList();
        return instants.Count < 2 ? null : instants.Zip(instants.Skip(1), (first, second) => second - first).Min();
    }
}
