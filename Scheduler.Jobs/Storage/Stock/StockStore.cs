using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage.Stock;

/// <summary>The scripts that take over what the stock package has written. Each is safe to run again, by any node.</summary>
internal sealed class StockStore(RedisClient redis)
{
    /// <summary>The most jobs in one script.</summary>
    public const int MaxBatch = 100;

    private static readonly RedisScript TakeOverFinal = RedisScript.Load("take_over_final");
    private static readonly RedisScript TakeOverWaiting = RedisScript.Load("take_over_waiting");
    private static readonly RedisScript TakeOverOrphans = RedisScript.Load("take_over_orphans");

    /// <summary>Takes entries from the stock list of a final state. Gives their number; call again while it is <see cref="MaxBatch"/>.</summary>
    public async Task<int> TakeOverFinalAsync(string state, CancellationToken cancellationToken) =>
        (int)await TakeOverFinal.RunAsync(redis, [], [state]).WaitAsync(cancellationToken);

    /// <param name="queue">Where the jobs wait, or will once they are due; empty = unknown.</param>
    /// <returns>The number of jobs that were not known yet.</returns>
    public async Task<int> TakeOverWaitingAsync(string queue, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await InChunksAsync(ids, chunk => TakeOverWaiting.RunAsync(redis, [], [queue, .. chunk]), cancellationToken);

    /// <summary>Returns jobs to their queue whose stock server is gone.</summary>
    /// <param name="queue">The queue from which they were fetched; empty = they are listed as running.</param>
    /// <param name="silence">A server that has been silent this long is gone.</param>
    public async Task<int> TakeOverOrphansAsync(string queue, TimeSpan silence, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await InChunksAsync(ids, chunk => TakeOverOrphans.RunAsync(redis, [], [queue, (long)silence.TotalMilliseconds, .. chunk]), cancellationToken);

    private static async Task<int> InChunksAsync(
        IReadOnlyList<string> ids, Func<IEnumerable<RedisValue>, Task<RedisResult>> run, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var chunk in ids.Chunk(MaxBatch))
            count += (int)await run(chunk.Select(id => (RedisValue)id)).WaitAsync(cancellationToken);
        return count;
    }
}
