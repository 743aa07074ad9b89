using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>The dead man's switch of schedules with a <c>maxSilence</c>.</summary>
internal sealed class SilenceStore(RedisClient redis, TimeProvider time)
{
    /// <summary>An alarm need not be to the millisecond, and a look costs a command.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly RedisScript RaiseSilent = RedisScript.Load("raise_silent");

    private long? lastLook;

    /// <summary>Raises <c>schedule.silent</c>, once for each silence.</summary>
    public async Task RaiseDueAsync(CancellationToken cancellationToken)
    {
        if (lastLook is { } last && time.GetElapsedTime(last) < LookEvery)
            return;
        lastLook = time.GetTimestamp();
        await RaiseSilent.RunAsync(redis, [], []).WaitAsync(cancellationToken);
    }
}
