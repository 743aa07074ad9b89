namespace Scheduler.Jobs.Engine;

/// <summary>How many stored jobs are in each state; what waits in queues is counted by <see cref="QueueStore"/>.</summary>
internal sealed class StateCountStore(RedisClient redis)
{
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, Task<long>>
        {
            [JobStates.Scheduled] = redis.SortedSetLengthAsync(redis.Keys.Schedule),
            [JobStates.Processing] = redis.SortedSetLengthAsync(redis.Keys.Leases),
            [JobStates.Succeeded] = redis.SortedSetLengthAsync(redis.Keys.Final(JobStates.Succeeded)),
            [JobStates.Failed] = redis.SortedSetLengthAsync(redis.Keys.Final(JobStates.Failed)),
            [JobStates.Deleted] = redis.SortedSetLengthAsync(redis.Keys.Final(JobStates.Deleted)),
        };
        var counts = await Task.WhenAll(sizes.Values).WaitAsync(cancellationToken);
        return sizes.Keys.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
