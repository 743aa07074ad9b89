using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>The dead man's switch of schedules with a <c>maxSilence</c>.</summary>
internal sealed class SilenceStore(RedisClient redis, TimeProvider time)
{
    /// <summary>An alarm need not be to the millisecond, and a look costs a command.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly RedisScript RaiseSilent = RedisScript.Load("raise_silent");

    private long? lastLook;
    private TimeSpan? untilNext;

    /// <summary>Raises <c>schedule.silent</c>, once for each silence.</summary>
    /// <returns>When the next may be due; null where no schedule has a switch.</returns>
    public async Task<TimeSpan?> RaiseDueAsync(CancellationToken cancellationToken)
    {
        if (lastLook is { } last && time.GetElapsedTime(last) < LookEvery)
            return untilNext;
        lastLook = time.GetTimestamp();
        untilNext = null;
        if (!await redis.Database.KeyExistsAsync(redis.Keys.RecurringSilence).WaitAsync(cancellationToken))
            return null;
        var reply = await RaiseSilent.RunAsync(redis, [], []).WaitAsync(cancellationToken);
        if ((long)reply[1] >= 0)
            untilNext = TimeSpan.FromMilliseconds(Math.Max((long)reply[1], LookEvery.TotalMilliseconds));
        return untilNext;
    }
}
