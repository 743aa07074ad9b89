using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Jobs.Sealing;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <param name="Now">Redis's clock.</param>
/// <param name="NextDue">When the next schedule is due that is not in <paramref name="Schedules"/>; null = none waits.</param>
/// <param name="FiresAtOnce">False: another scheduler does, and this one looks after it.</param>
/// <param name="Forgotten">Entries of the index without a hash, with their stamps.</param>
internal sealed record DueSchedules(
    DateTimeOffset Now, DateTimeOffset? NextDue, bool FiresAtOnce,
    IReadOnlyList<ScheduleRecord> Schedules, IReadOnlyList<(string Id, string Stamp)> Forgotten);

internal enum FiringResult
{
    Fired,

    /// <summary>Another node was first, or somebody changed the schedule; nothing was written.</summary>
    Changed,

    /// <summary>A key of the schedule or of its jobs holds something foreign; it is looked at again in a minute.</summary>
    Broken,

    /// <summary>Redis's clock has not come that far; nothing was written.</summary>
    Early,
}

/// <summary>The scripts of the firing loop.</summary>
internal sealed class FiringStore(
    RedisClient redis, ScheduleStore schedules, ScheduleReader reader, CalendarCache calendars, ArgsSeal? seal = null)
{
    /// <summary>The most schedules read ahead; the others are read when these have fired.</summary>
    private const int MaxRead = 20_000;

    /// <summary>Schedules of one read: some milliseconds of the server's time.</summary>
    private const int PageSize = 500;

    /// <summary>How long a due schedule is left to the scheduler that fires at once.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>How far ahead definitions are parsed, so that the first firing of many need not wait for it.</summary>
    public static readonly TimeSpan WarmAhead = TimeSpan.FromSeconds(30);

    /// <summary>Ids looked at, and definitions parsed, in one go.</summary>
    private const int MaxWarmed = 10_000, WarmBatch = 1_000;

    private static readonly RedisScript ReadDue = RedisScript.Load("read_due");
    private static readonly RedisScript FireSchedules = RedisScript.Load("fire_schedules");

    /// <summary>Names this process to the others.</summary>
    private readonly string self = Guid.NewGuid().ToString("N");

    /// <param name="ahead">Also what is due within this time.</param>
    public async Task<DueSchedules> ReadDueAsync(TimeSpan ahead, CancellationToken cancellationToken)
    {
        List<ScheduleRecord> found = [];
        List<(string, string)> forgotten = [];
        while (true)
        {
            RedisValue[] arguments = [self, (long)ahead.TotalMilliseconds, (long)Grace.TotalMilliseconds, found.Count + forgotten.Count, PageSize];
            var reply = await ReadDue.RunAsync(redis, [], arguments).WaitAsync(cancellationToken);
            var now = DateTimeOffset.FromUnixTimeMilliseconds((long)reply[0]);
            await AddAsync(reply, now, found, forgotten, cancellationToken);
            if ((string)reply[2]! == "1" && found.Count < MaxRead)
                continue;
            var nextDue = (long)reply[1];
            return new DueSchedules(
                now, nextDue < 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(nextDue), (string)reply[3]! == "1", found, forgotten);
        }
    }

    /// <summary>Redis's clock.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => redis.NowAsync(cancellationToken);

    /// <summary>Parses up to a thousand definitions that will be wanted soon; true where more are left.</summary>
    public async Task<bool> WarmAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = await redis.SortedSetRangeByScoreAsync(redis.Keys.RecurringJobs, now.ToUnixTimeMilliseconds() / 1000.0,
            (now + WarmAhead).ToUnixTimeMilliseconds() / 1000.0, take: MaxWarmed).WaitAsync(cancellationToken);
        string[] unknown = [.. ids.Select(i => i.ToString()).Where(i => !reader.Knows(i)).Take(WarmBatch)];
        if (unknown.Length > 0)
            await schedules.ReadAsync(unknown, cancellationToken);
        return unknown.Length == WarmBatch;
    }

    /// <summary>Everything that can be done before the instant comes.</summary>
    public FiringCalls Prepare(IReadOnlyList<Firing> firings) => FiringCalls.Of(firings, seal);

    /// <summary>One result for each firing, in order. Not cancelled once sent.</summary>
    public Task<IReadOnlyList<FiringResult>> FireAsync(IReadOnlyList<Firing> firings) => FireAsync(Prepare(firings));

    /// <summary>
    /// One result for each firing, in order. Two scripts are under way at a time: the server never waits for us, and the claims
    /// that share the connection need not wait for all of them.
    /// </summary>
    public async Task<IReadOnlyList<FiringResult>> FireAsync(FiringCalls calls)
    {
        var results = new FiringResult[calls.Firings.Count];
        Task<RedisResult>? before = null;
        FiringCall sentBefore = default;
        foreach (var call in calls.Calls)
        {
            var reply = FireSchedules.RunAsync(redis, [], call.Arguments);
            if (before is not null)
                Note(await before, sentBefore, results);
            (before, sentBefore) = (reply, call);
        }
        if (before is not null)
            Note(await before, sentBefore, results);
        return results;
    }

    private static void Note(RedisResult reply, FiringCall call, FiringResult[] results)
    {
        for (var i = 0; i < call.Places.Length; i++)
            results[call.Places[i]] = ResultOf((int)reply[i]);
    }

    private async Task AddAsync(
        RedisResult reply, DateTimeOffset now, List<ScheduleRecord> found, List<(string, string)> forgotten, CancellationToken cancellationToken)
    {
        if (reply.Length == 5)
            return;
        var known = await calendars.AtAsync((long)reply[4], cancellationToken);
        List<string> unread = [];
        for (var i = 5; i < reply.Length; i += 3)
        {
            var state = new ScheduleState(reply[i].ToString(), reply[i + 1].ToString(), reply[i + 2]);
            if (!state.Exists)
                forgotten.Add((state.Id, state.Stamp));
            else if (reader.Read(state, now, known) is { } schedule)
                found.Add(schedule);
            else
                unread.Add(state.Id);
        }
        foreach (var chunk in unread.Chunk(ScheduleStore.MaxBatch))
            found.AddRange((await schedules.ReadAsync(chunk, cancellationToken)).Select(f => f.Schedule).OfType<ScheduleRecord>());
    }

    private static FiringResult ResultOf(int reply) => reply switch
    {
        -1 => FiringResult.Changed,
        -2 => FiringResult.Broken,
        -3 => FiringResult.Early,
        _ => FiringResult.Fired,
    };
}
