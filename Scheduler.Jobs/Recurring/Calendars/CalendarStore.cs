using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring.Calendars;

internal enum CalendarChange
{
    Created,
    Replaced,
    Deleted,
    NotFound,

    /// <summary>Schedules name it; it was not deleted.</summary>
    InUse,

    /// <summary>There are <see cref="CalendarStore.MaxCalendars"/> already.</summary>
    TooMany,
}

/// <summary>What a person does with calendars. A change moves the schedules that name it to their new next instant.</summary>
internal sealed class CalendarStore(RedisClient redis, ScheduleStore schedules)
{
    /// <summary>The most calendars: every scheduler holds all of them in memory.</summary>
    public const int MaxCalendars = 200;

    private const int ChunkSize = 500;

    private static readonly RedisScript WriteCalendar = RedisScript.Load("write_calendar");
    private static readonly RedisScript DeleteCalendar = RedisScript.Load("delete_calendar", allowOutOfMemory: true);

    public async Task<HolidayCalendar?> GetAsync(string name, CancellationToken cancellationToken) =>
        await redis.HashGetAsync(redis.Keys.Calendars, name).WaitAsync(cancellationToken) is { IsNull: false } json
            ? HolidayCalendar.FromJson(json!) : null;

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<(string Name, HolidayCalendar Calendar)>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await redis.HashGetAllAsync(redis.Keys.Calendars).WaitAsync(cancellationToken);
        return [.. all.Select(e => (Name: e.Name.ToString(), Calendar: HolidayCalendar.FromJson(e.Value!))).OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    public async Task<CalendarChange> PutAsync(string name, HolidayCalendar calendar, CancellationToken cancellationToken)
    {
        // crash point 1: nothing written
        var reply = (int)await WriteCalendar.RunAsync(redis, [], [name, calendar.ToJson(), MaxCalendars]).WaitAsync(cancellationToken);
        // crash point 2: written; a schedule still waits for an instant of before. What it excludes does not fire, for the firing asks again;
        // an instant that it allows anew may pass until the calendar or the schedule is put again
        if (reply == 2)
            return CalendarChange.TooMany;
        await MoveUsersAsync(name, cancellationToken);
        return reply == 1 ? CalendarChange.Created : CalendarChange.Replaced;
    }

    public async Task<CalendarChange> DeleteAsync(string name, CancellationToken cancellationToken) =>
        (int)await DeleteCalendar.RunAsync(redis, [], [name]).WaitAsync(cancellationToken) switch
        {
            1 => CalendarChange.Deleted,
            2 => CalendarChange.InUse,
            _ => CalendarChange.NotFound,
        };

    private async Task MoveUsersAsync(string name, CancellationToken cancellationToken)
    {
        var users = await redis.SetMembersAsync(redis.Keys.CalendarUsers(name)).WaitAsync(cancellationToken);
        foreach (var chunk in users.Chunk(ChunkSize))
        {
            foreach (var id in chunk)
                await schedules.RecomputeAsync(id!, cancellationToken);
        }
    }
}
