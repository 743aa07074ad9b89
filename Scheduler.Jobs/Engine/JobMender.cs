namespace Scheduler.Jobs.Engine;

/// <summary>
/// Looks through all jobs for those that are missing where their state says they are, and puts them back: a lease deleted by hand
/// whose worker is dead would otherwise keep its job running for ever.
/// </summary>
internal sealed class JobMender(RedisClient redis)
{
    private static readonly RedisScript MendJobs = RedisScript.Load("mend_jobs", allowOutOfMemory: true);

    /// <param name="grace">How long the worker of a running job has to renew its lease.</param>
    /// <returns>Jobs put back.</returns>
    public async Task<int> MendAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        var mended = 0;
        long? next = null;
        while (await JobIndex.ReadAsync(redis, next, cancellationToken) is { } list)
        {
            foreach (var chunk in list.Ids.Chunk(ClaimStore.MaxBatch))
                mended += (int)await MendJobs.RunAsync(redis, [], [(long)grace.TotalMilliseconds, .. chunk]).WaitAsync(cancellationToken);
            next = list.Number - 1;
        }
        return mended;
    }
}
