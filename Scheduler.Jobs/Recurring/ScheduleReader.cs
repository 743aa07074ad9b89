using System.Collections.Concurrent;
using System.Text.Json;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Jobs.Sealing;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>Turns what the scripts tell of a schedule into a <see cref="ScheduleRecord"/>. Definitions are parsed once.</summary>
internal sealed class ScheduleReader(ArgsSeal? seal = null)
{
    // Deleted schedules leave their entry behind; rather than track them, start anew now and then.
    private const int MaxCached = 200_000;

    private readonly ConcurrentDictionary<string, Parsed> cache = new(StringComparer.Ordinal);

    /// <summary>Definitions are parsed anew, with the time zones as they are now.</summary>
    public void Forget() => cache.Clear();

    /// <summary>True where some face of it has been parsed.</summary>
    public bool Knows(string id) => cache.ContainsKey(id);

    /// <summary>Null where this face has not been parsed: the hash must be read.</summary>
    public ScheduleRecord? Read(ScheduleState state, DateTimeOffset now, CalendarSet calendars) =>
        cache.TryGetValue(state.Id, out var parsed) && parsed.IsCurrent(state, calendars) ? RecordOf(state, parsed, now) : null;

    /// <param name="flat">The hash as name, value...</param>
    public ScheduleRecord Read(ScheduleState state, RedisResult flat, DateTimeOffset now, CalendarSet calendars)
    {
        if (Read(state, now, calendars) is { } known)
            return known;
        var fields = new Dictionary<string, string>(flat.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i < flat.Length; i += 2)
            fields[flat[i].ToString()] = flat[i + 1].ToString();
        if (cache.Count >= MaxCached)
            cache.Clear();
        return RecordOf(state, cache[state.Id] = Parse(state, fields, calendars), now);
    }

    /// <summary>A schedule whose arguments were not sealed here is shown with the reason and never fires.</summary>
    private CompiledSchedule Open(string id, CompiledSchedule compiled)
    {
        if (seal is null || compiled.Invocation is not null)
            return compiled;
        var definition = compiled.Definition;
        return seal.Open(ArgsSeal.OwnerOfSchedule(id), definition.Type, definition.Args) switch
        {
            OpenedArgs.Refused refused => new CompiledSchedule(definition with { Args = "{}" }, null, null, refused.Reason),
            OpenedArgs.Readable readable => compiled with { Definition = definition with { Args = readable.Json } },
            _ => compiled,
        };
    }

    private Parsed Parse(ScheduleState state, Dictionary<string, string> fields, CalendarSet calendars)
    {
        return ScheduleFields.IsMadeByApi(fields)
            ? new Parsed(state.Face, calendars.Revision, true, fields.GetValueOrDefault(ScheduleFields.Revision, ""), fields.GetValueOrDefault(ScheduleFields.Revision, "0"),
                Open(state.Id, CompileOurs(state.Id, fields[ScheduleFields.Definition], calendars)))
            : new Parsed(state.Face, calendars.Revision, false, fields.GetValueOrDefault(ScheduleFields.Revision, ""), ScheduleFields.FaceOf(fields), Open(state.Id, HangfireSchedule.Compile(state.Id, fields)));
    }

    private static CompiledSchedule CompileOurs(string id, string json, CalendarSet calendars)
    {
        try
        {
            var definition = ScheduleDefinition.FromJson(json);
            var calculator = OccurrenceCalculator.TryCreate(definition.Timing, id, calendars, out var error);
            return new CompiledSchedule(definition, null, calculator, error?.ToString());
        }
        catch (JsonException)
        {
            var unreadable = new ScheduleDefinition { Type = "?", Args = "{}", Queue = "default", Timing = new ScheduleTiming() };
            return new CompiledSchedule(unreadable, null, null, "The stored definition cannot be read; put the schedule again.");
        }
    }

    private static ScheduleRecord RecordOf(ScheduleState state, Parsed parsed, DateTimeOffset now) => new()
    {
        Id = state.Id,
        Stamp = state.Stamp,
        Guard = parsed.StoredRevision + state.Stamp[state.Face.Length..],
        ReadAt = now,
        Revision = parsed.Revision,
        Compiled = parsed.Compiled,
        NextAt = parsed.IsOurs ? state.NextAt : state.Score,
        LastAt = state.LastAt,
        LastJobId = state.LastJobId,
        StoredPause = state.Paused is { } pause ? SchedulePause.FromJson(pause) : null,
        Runs = state.Runs,
        Error = state.Error,
        LastSuccessAt = state.LastSuccessAt,
        Failures = state.Failures,
        SilentSince = state.SilentSince,
    };

    private sealed record Parsed(string Face, long CalendarRevision, bool IsOurs, string StoredRevision, string Revision, CompiledSchedule Compiled)
    {
        public bool IsCurrent(ScheduleState state, CalendarSet calendars) =>
            Face == state.Face && (CalendarRevision == calendars.Revision || !Compiled.Definition.Timing.NamesCalendars);
    }
}
