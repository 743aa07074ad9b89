using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// What keeps jobs moving whoever else lives: due jobs into their queues, the jobs of dead workers back to theirs.
/// Looks every second, where nothing waits every other second and with one command, and so repairs any missed wake-up.
/// </summary>
internal sealed class UpkeepLoop(
    ClaimStore claims, RedisClient redis, JobExecution execution, IOptions<WorkerOptions> options, WorkerSignals signals, ResilientLoop loop, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEveryWhereNothingWaits = TimeSpan.FromSeconds(2);

    // Until the first of the schedule is due there is nothing to promote. An earlier one wakes us; this is for a wake-up that gets lost.
    private static readonly TimeSpan PromoteAtLeastEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OnceTheScheduleExists = TimeSpan.MaxValue;

    // A timer may fire a moment before the server's clock says "due".
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(2);

    // On one connection claims wait behind these: two keep the server busy, more would only keep the workers idle.
    private const int PromotionsAtATime = 2;

    private readonly RedisKey[] whereJobsWait =
        [.. QueueOrder.Parse(options.Value.Queues).Names.Select(redis.Keys.Queue), redis.Keys.Parked, redis.Keys.Leases, redis.Keys.Expiring];

    private readonly long startedAt = time.GetTimestamp();
    private TimeSpan lookAt;
    private TimeSpan promoteAt;

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("upkeep", LookOnceAsync, stopping);

    private async Task LookOnceAsync(CancellationToken stopping)
    {
        if (Now >= lookAt)
            lookAt = Now + (await LookEverywhereAsync(stopping) ? LookEvery : LookEveryWhereNothingWaits);
        if (Now >= promoteAt)
            promoteAt = await PromoteAsync(stopping) is { } wait ? Now + wait : OnceTheScheduleExists;
        var sleep = (lookAt < promoteAt ? lookAt : promoteAt) - Now;
        if (await signals.Due.WaitAsync(sleep > ShortestSleep ? sleep : ShortestSleep, stopping))
            promoteAt = Now;
    }

    /// <summary>False where nothing waits.</summary>
    private async Task<bool> LookEverywhereAsync(CancellationToken stopping)
    {
        await execution.HandBackWaitingAsync(JobExecution.LongestWait);
        var scheduleWasEmpty = promoteAt == OnceTheScheduleExists;
        if (await redis.Database.KeyExistsAsync(scheduleWasEmpty ? [.. whereJobsWait, redis.Keys.Schedule] : whereJobsWait).WaitAsync(stopping) == 0)
            return false;
        if (scheduleWasEmpty)
            promoteAt = Now;
        await ReapAsync(stopping);
        await ExpireAsync(stopping);
        signals.Claimable.Set();
        return true;
    }

    private async Task ReapAsync(CancellationToken stopping)
    {
        while (await claims.ReapAsync(stopping) == ClaimStore.MaxBatch)
        {
        }
    }

    private async Task ExpireAsync(CancellationToken stopping)
    {
        while (await claims.ExpireAsync(stopping) == ClaimStore.MaxBatch)
        {
        }
    }

    /// <summary>
    /// One script where little is due; else several at a time, so that the server never waits for us. Gives how long there is
    /// nothing to promote; null where the schedule is empty.
    /// </summary>
    private async Task<TimeSpan?> PromoteAsync(CancellationToken stopping)
    {
        var (moved, nextDue) = await claims.PromoteDueAsync(stopping);
        while (moved == ClaimStore.PromoteBatch)
        {
            var several = await Task.WhenAll(Enumerable.Range(0, PromotionsAtATime).Select(_ => claims.PromoteDueAsync(stopping)));
            (moved, nextDue) = several[^1];
        }
        return nextDue > PromoteAtLeastEvery ? PromoteAtLeastEvery : nextDue;
    }
}
