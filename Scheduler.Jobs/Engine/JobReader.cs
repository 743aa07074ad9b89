using Scheduler.Jobs.Sealing;
using Scheduler.Jobs.Search;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Reads jobs, one or many.</summary>
internal sealed class JobReader(RedisClient redis, TimeProvider time, ArgsSeal? seal = null)
{
    private readonly JobHashes hashes = new(redis);

    public async Task<JobRecord?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var job = JobHash.Read(id, (await hashes.ReadAsync([id]).WaitAsync(cancellationToken))[0]);
        return job is not null && await IsVisibleAsync(job) ? ForReading(job) : null;
    }

    public Task<Page<JobRecord>> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        new JobSearch(redis, this, time).ListAsync(query, cancellationToken);

    /// <summary>Jobs by id, in order; those that are gone are left out.</summary>
    public async Task<IReadOnlyList<JobRecord>> ReadManyAsync(IReadOnlyList<RedisValue> ids)
    {
        var found = await hashes.ReadAsync(ids);
        return [.. found.Select((hash, i) => JobHash.Read(ids[i]!, hash)).OfType<JobRecord>().Select(ForReading)];
    }

    private JobRecord ForReading(JobRecord job) => seal?.ForReading(job) ?? job;

    // A large batch is written in chunks and shown at once: until its commit its jobs do not exist for anybody.
    private async Task<bool> IsVisibleAsync(JobRecord job)
    {
        if (!job.CameInLargeBatch)
            return true;
        foreach (var batch in await redis.SortedSetRangeByRankAsync(redis.Keys.Staged))
        {
            var groups = await redis.ListRangeAsync(redis.Keys.StagedBatch(batch!));
            if (groups.Any(group => group.ToString().Contains(job.Id, StringComparison.Ordinal)))
                return false;
        }
        return true;
    }
}
