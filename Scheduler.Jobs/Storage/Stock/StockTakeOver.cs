using Hangfire;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage.Stock;

/// <summary>
/// Finds what the stock package has written and has it taken over: finished jobs into our lists, waiting ones into our index,
/// jobs of servers that are gone back into their queues. What a stock client adds later is found in the same way.
/// </summary>
internal sealed class StockTakeOver(RedisClient redis, StockStore store, JobPages pages, IGlobalConfiguration configuration)
{
    /// <summary>A stock server whose heart has not beaten this long is gone; it beats every 30 s.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    /// <summary>The record of a stock server is removed after this silence, as its own kind would do it.</summary>
    private static readonly TimeSpan RecordSilence = TimeSpan.FromMinutes(5);

    private const int ChunkSize = 500;

    private static readonly string[] FinalStates = [JobStates.Succeeded, JobStates.Deleted, JobStates.Failed];

    /// <summary>Asked for because queues of jobs are decided by filters and serializers that it sets up.</summary>
    public IGlobalConfiguration Configuration { get; } = configuration;

    /// <summary>What has ended, and what was left behind. Two commands where there is nothing.</summary>
    /// <returns>True where there was something of the stock package.</returns>
    public async Task<bool> LookAtEndsAsync(CancellationToken cancellationToken)
    {
        var queues = await QueuesAsync(cancellationToken);
        RedisKey[] traces = [.. FinalStates.Select(redis.Keys.StockFinal), redis.Keys.StockProcessing, .. queues.Select(redis.Keys.StockFetched)];
        if (await redis.Database.KeyExistsAsync(traces).WaitAsync(cancellationToken) == 0)
            return false;
        foreach (var state in FinalStates)
        {
            while (await store.TakeOverFinalAsync(state, cancellationToken) == StockStore.MaxBatch)
            {
            }
        }
        await ReturnOrphansAsync(queues, cancellationToken);
        return true;
    }

    /// <summary>All that waits in queues and in the schedule. Gives the number of jobs that were not known yet.</summary>
    public async Task<int> LookAtWaitingAsync(CancellationToken cancellationToken)
    {
        var found = await LookAtScheduleAsync(cancellationToken);
        foreach (var queue in await QueuesAsync(cancellationToken))
        {
            // From the oldest on: what is added meanwhile moves nothing that is still to be read.
            for (var last = -1L; ; last -= ChunkSize)
            {
                var ids = await redis.ListRangeAsync(redis.Keys.Queue(queue), last - ChunkSize + 1, last).WaitAsync(cancellationToken);
                found += await store.TakeOverWaitingAsync(queue, StockIds(ids), cancellationToken);
                if (ids.Length < ChunkSize)
                    break;
            }
        }
        return found;
    }

    public async Task<int> LookAtScheduleAsync(CancellationToken cancellationToken)
    {
        var found = 0;
        for (var first = 0L; ; first += ChunkSize)
        {
            var members = await redis.SortedSetRangeByRankAsync(redis.Keys.Schedule, first, first + ChunkSize - 1).WaitAsync(cancellationToken);
            found += await TakeOverScheduledAsync([.. members.Select(m => m.ToString())], cancellationToken);
            if (members.Length < ChunkSize)
                return found;
        }
    }

    /// <summary>Jobs that a stock client has just enqueued, by id.</summary>
    public Task<int> LookAtAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        store.TakeOverWaitingAsync("", [.. ids.Where(JobId.IsStock)], cancellationToken);

    public int RemoveSilentServers() => ServerRecords.Remove(redis, "", RecordSilence);

    private async Task ReturnOrphansAsync(IReadOnlyList<string> queues, CancellationToken cancellationToken)
    {
        foreach (var queue in queues)
        {
            var fetched = await redis.ListRangeAsync(redis.Keys.StockFetched(queue)).WaitAsync(cancellationToken);
            await store.TakeOverOrphansAsync(queue, Silence, Texts(fetched), cancellationToken);
        }
        var running = await redis.SortedSetRangeByRankAsync(redis.Keys.StockProcessing).WaitAsync(cancellationToken);
        await store.TakeOverOrphansAsync("", Silence, Texts(running), cancellationToken);
    }

    // A member is an id, or queue:id where the job was created with a queue of its own.
    private async Task<int> TakeOverScheduledAsync(IReadOnlyList<string> members, CancellationToken cancellationToken)
    {
        var named = members.Where(m => m.Contains(':', StringComparison.Ordinal)).Select(m => (Id: ScheduleMember.JobIdOf(m), Queue: m[..m.LastIndexOf(':')]));
        var unnamed = members.Where(JobId.IsStock).Chunk(StockStore.MaxBatch).SelectMany(ids => pages.Read(ids)).Select(job => (job.Id, Queue: QueueOf(job.Job)));
        var found = 0;
        foreach (var jobs in named.Concat(unnamed).Where(job => JobId.IsStock(job.Id)).GroupBy(job => job.Queue, job => job.Id))
            found += await store.TakeOverWaitingAsync(jobs.Key, [.. jobs], cancellationToken);
        return found;
    }

    // Where the attribute cannot be read because the type is not here, the job goes where it was before.
    private static string QueueOf(StoredJob? job) => job?.Load().Job is { } loaded ? QueueChoice.Of(loaded) ?? "" : "";

    private async Task<string[]> QueuesAsync(CancellationToken cancellationToken) =>
        Texts(await redis.SetMembersAsync(redis.Keys.Queues).WaitAsync(cancellationToken));

    private static string[] StockIds(RedisValue[] ids) => [.. Texts(ids).Where(JobId.IsStock)];

    private static string[] Texts(RedisValue[] values) => [.. values.Select(v => v.ToString())];
}
