using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// What keeps jobs moving whoever else lives: due jobs into their queues, the jobs of dead workers back to theirs.
/// Looks every second, with one command where nothing waits, and so repairs any missed wake-up.
/// </summary>
internal sealed class UpkeepLoop(
    ClaimStore claims, RedisClient redis, JobExecution execution, IOptions<WorkerOptions> options, WorkerSignals signals, ResilientLoop loop, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A wake-up for a due time looks at the schedule only; a timer that fires a moment early counts as a second.
    private static readonly TimeSpan SinceLastLook = TimeSpan.FromSeconds(0.9);

    // A timer may fire a moment before the server's clock says "due".
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(2);

    // On one connection claims wait behind these: two keep the server busy, more would only keep the workers idle.
    private const int PromotionsAtATime = 2;

    private readonly RedisKey[] whereJobsWait =
    [
        .. QueueOrder.Parse(options.Value.Queues).Names.Select(redis.Keys.Queue), redis.Keys.Parked, redis.Keys.Schedule, redis.Keys.Leases, redis.Keys.Expiring,
    ];

    private long? lastLook;

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("upkeep", LookOnceAsync, stopping);

    private async Task LookOnceAsync(CancellationToken stopping)
    {
        var nextDue = IsTimeToLook() ? await LookEverywhereAsync(stopping) : await PromoteAsync(stopping);
        var sleep = nextDue < LookEvery ? nextDue.Value : LookEvery;
        await signals.Due.WaitAsync(sleep > ShortestSleep ? sleep : ShortestSleep, stopping);
    }

    private bool IsTimeToLook()
    {
        if (lastLook is { } last && time.GetElapsedTime(last) < SinceLastLook)
            return false;
        lastLook = time.GetTimestamp();
        return true;
    }

    private async Task<TimeSpan?> LookEverywhereAsync(CancellationToken stopping)
    {
        await execution.HandBackWaitingAsync(JobExecution.LongestWait);
        if (await redis.Database.KeyExistsAsync(whereJobsWait).WaitAsync(stopping) == 0)
            return null;
        await ReapAsync(stopping);
        await ExpireAsync(stopping);
        var nextDue = await PromoteAsync(stopping);
        signals.Claimable.Set();
        return nextDue;
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

    /// <summary>One script where little is due; else several at a time, so that the server never waits for us.</summary>
    private async Task<TimeSpan?> PromoteAsync(CancellationToken stopping)
    {
        var (moved, nextDue) = await claims.PromoteDueAsync(stopping);
        while (moved == ClaimStore.PromoteBatch)
        {
            var several = await Task.WhenAll(Enumerable.Range(0, PromotionsAtATime).Select(_ => claims.PromoteDueAsync(stopping)));
            (moved, nextDue) = several[^1];
        }
        return nextDue;
    }
}
