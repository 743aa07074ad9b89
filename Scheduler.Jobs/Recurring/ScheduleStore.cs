using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring.Calendars;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>What was found under one id.</summary>
/// <param name="Schedule">Null where there is no such schedule.</param>
/// <param name="Stamp">For the script that changes it.</param>
/// <param name="Now">Redis's clock.</param>
internal sealed record FoundSchedule(ScheduleRecord? Schedule, string Stamp, DateTimeOffset Now, CalendarSet Calendars);

/// <summary>A change of one schedule.</summary>
/// <param name="Schedule">As it will be, with the stamp of what was read.</param>
/// <param name="Fields">Null values are removed.</param>
/// <param name="IsNewDefinition">It takes the next revision.</param>
/// <param name="Silence">The time it may be without a success from now on; zero = for ever, null = as it was.</param>
internal sealed record ScheduleChange(
    ScheduleRecord Schedule, IReadOnlyDictionary<string, string?> Fields, bool IsNewDefinition = false, TimeSpan? Silence = null);

/// <summary>Reads and writes schedules by id. A write names what was read before, and writes nothing where that has changed.</summary>
internal sealed class ScheduleStore(RedisClient redis, ScheduleReader reader, CalendarCache calendars)
{
    /// <summary>The most schedules in one script.</summary>
    public const int MaxBatch = 1_000;

    /// <summary>A change that is overtaken this often is given up: the schedule would have to change every few milliseconds.</summary>
    public const int MaxTries = 100;

    private static readonly RedisScript ReadSchedules = RedisScript.LoadReader("read_schedules");
    private static readonly RedisScript WriteSchedules = RedisScript.Load("write_schedules");
    private static readonly RedisScript DeleteSchedule = RedisScript.Load("delete_schedule", allowOutOfMemory: true);

    public async Task<FoundSchedule> ReadAsync(string id, CancellationToken cancellationToken) =>
        (await ReadAsync([id], cancellationToken))[0];

    /// <summary>In the order of the ids, at most <see cref="MaxBatch"/>.</summary>
    public async Task<IReadOnlyList<FoundSchedule>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var reply = await ReadSchedules.RunAsync(redis, [], [.. ids.Select(i => (RedisValue)i)]).WaitAsync(cancellationToken);
        var now = DateTimeOffset.FromUnixTimeMilliseconds((long)reply[0]);
        var known = await calendars.AtAsync((long)reply[1], cancellationToken);
        return [.. ids.Select((id, i) => (Id: id, At: 2 + (i * 4)))
            .Select(f => Found(new ScheduleState(f.Id, reply[f.At].ToString(), reply[f.At + 1], reply[f.At + 2].ToString()), reply[f.At + 3]))];

        FoundSchedule Found(ScheduleState state, RedisResult flat) =>
            new(flat.Length == 0 ? null : reader.Read(state, flat, now, known), state.Stamp, now, known);
    }

    /// <summary>The revisions in order; null where one of the schedules has changed since it was read: then nothing was written.</summary>
    public async Task<IReadOnlyList<string>?> WriteAsync(IReadOnlyList<ScheduleChange> changes, CancellationToken cancellationToken)
    {
        List<RedisValue> arguments = [changes.Count];
        foreach (var change in changes)
            Append(arguments, change);
        var reply = await WriteSchedules.RunAsync(redis, [], [.. arguments]).WaitAsync(cancellationToken);
        return reply.IsNull ? null : (string[])reply!;
    }

    /// <summary>True = removed, false = there is none, null = it has changed since it was read.</summary>
    public async Task<bool?> DeleteAsync(string id, string stamp, CancellationToken cancellationToken) =>
        (int)await DeleteSchedule.RunAsync(redis, [], [id, stamp]).WaitAsync(cancellationToken) switch
        {
            1 => true,
            0 => false,
            _ => null,
        };

    /// <param name="change">Gives what to write, or null where nothing is to do.</param>
    /// <returns>The schedule as it is then; null = there is none.</returns>
    public async Task<ScheduleRecord?> ChangeAsync(
        string id, Func<ScheduleRecord, ScheduleChange?> change, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (current, _, _, _) = await ReadAsync(id, cancellationToken);
            if (current is null || change(current) is not { } changed)
                return current;
            if (await WriteAsync([changed], cancellationToken) is not null)
                return changed.Schedule;
        }
        throw Overtaken(id);
    }

    /// <summary>Works out anew when the schedule fires next: what it depends on has changed, not itself.</summary>
    public Task RecomputeAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, Moved, cancellationToken);

    public static RedisException Overtaken(string id) => new($"The schedule {id} changed {MaxTries} times while it was being changed.");

    private static ScheduleChange? Moved(ScheduleRecord schedule)
    {
        // What is due is not moved: the misfire policy has a say in it.
        if (schedule.Compiled.Calculator is null || schedule.RunsLeft == 0 || schedule.NextAt <= schedule.ReadAt)
            return null;
        var next = schedule.NextAfter(schedule.ReadAt);
        return next == schedule.NextAt ? null : new ScheduleChange(schedule with { NextAt = next }, new Dictionary<string, string?>());
    }

    private static void Append(List<RedisValue> arguments, ScheduleChange change)
    {
        var schedule = change.Schedule;
        arguments.AddRange(
        [
            schedule.Id, schedule.Stamp, WordOf(change), schedule.NextAt?.ToUnixTimeMilliseconds() ?? RedisValue.EmptyString,
            string.Join(' ', schedule.Definition.Timing.Exclude?.Calendars ?? []),
            change.Silence is { } silence ? (long)silence.TotalMilliseconds : RedisValue.EmptyString,
        ]);
        AppendList(arguments, [.. change.Fields.Where(f => f.Value is null).Select(f => (RedisValue)f.Key)]);
        var set = change.Fields.Where(f => f.Value is not null).ToList();
        arguments.Add(set.Count);
        arguments.AddRange(set.SelectMany(f => new RedisValue[] { f.Key, f.Value }));
    }

    private static string WordOf(ScheduleChange change) =>
        !change.IsNewDefinition ? "" : change.Schedule.Definition.HeedsSuccesses ? "new" : "plain";

    private static void AppendList(List<RedisValue> arguments, List<RedisValue> items)
    {
        arguments.Add(items.Count);
        arguments.AddRange(items);
    }
}
