using System.Collections.Frozen;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring.Calendars;

/// <summary>The calendars in memory. Scripts that read schedules say which revision is current; only another one is fetched.</summary>
internal sealed class CalendarCache(RedisClient redis)
{
    private volatile CalendarSet current = CalendarSet.Empty;

    /// <summary>As they are now.</summary>
    public async Task<CalendarSet> NowAsync(CancellationToken cancellationToken)
    {
        var revision = await redis.Database.StringGetAsync(redis.Keys.CalendarsRevision).WaitAsync(cancellationToken);
        return await AtAsync(revision.IsNull ? 0 : (long)revision, cancellationToken);
    }

    /// <param name="revision">0 where no calendar was ever written.</param>
    public async Task<CalendarSet> AtAsync(long revision, CancellationToken cancellationToken)
    {
        var known = current;
        if (known.Revision == revision)
            return known;
        var hash = await redis.HashGetAllAsync(redis.Keys.Calendars).WaitAsync(cancellationToken);
        var byName = hash.ToFrozenDictionary(e => e.Name.ToString(), e => HolidayCalendar.FromJson(e.Value!), StringComparer.Ordinal);
        // Read after the revision: it may be newer, never older. The next read of a schedule then fetches once more.
        return current = new CalendarSet(revision, byName);
    }
}
