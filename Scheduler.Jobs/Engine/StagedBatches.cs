using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Batches too large for one script: staged chunk by chunk, where nobody sees them, and made visible all at once. A batch of which
/// not every chunk is there is never shown.
/// </summary>
internal sealed class StagedBatches(RedisClient redis, TimeProvider time)
{
    private static readonly RedisScript StageJobs = RedisScript.Load("stage_jobs");
    private static readonly RedisScript CommitBatch = RedisScript.Load("commit_batch");
    private static readonly RedisScript DiscardBatch = RedisScript.Load("discard_batch", allowOutOfMemory: true);

    /// <summary>Creates the jobs of all chunks or none.</summary>
    public async Task<EnqueueResult> EnqueueAsync(IEnumerable<IReadOnlyList<NewJob>> chunks, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var batch = new Batch(JobId.New(time), key);
        // crash point 1: some chunks staged, nothing visible; the sweep removes them after an hour
        var last = await StageAllButLastAsync(batch, chunks, cancellationToken);
        // crash point 2: all staged, nothing visible; the same
        var result = await CommitAsync(batch, last);
        // crash point 3: committed; without a reply the caller asks again with the same idempotency key
        if (result is not EnqueueResult.Accepted)
            await DiscardAsync(batch.Id);
        return result;
    }

    /// <summary>Removes batches that were staged over an hour ago and never committed: their caller died between two chunks.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken) =>
        (int)await DiscardBatch.RunAsync(redis, [], [""]).WaitAsync(cancellationToken);

    /// <summary>One chunk is made and prepared while Redis stores the one before.</summary>
    /// <returns>The last chunk, on its way.</returns>
    private async Task<Task> StageAllButLastAsync(Batch batch, IEnumerable<IReadOnlyList<NewJob>> chunks, CancellationToken cancellationToken)
    {
        var before = Task.CompletedTask;
        try
        {
            foreach (var chunk in chunks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var next = StageAsync(batch, chunk);
                await before;
                before = next;
            }
        }
        catch (Exception problem) when (!RedisTrouble.IsStoreFailure(problem))
        {
            // A job that breaks a rule, or a caller that gave up: nobody will ask for the others again.
            await before;
            await DiscardAsync(batch.Id);
            throw;
        }
        return before;
    }

    private Task StageAsync(Batch batch, IReadOnlyList<NewJob> chunk)
    {
        var arguments = new List<RedisValue>((chunk.Count * 2) + 16) { batch.Id, batch.Chunks };
        NewJobArguments.AppendGroups(arguments, chunk);
        batch.Add(chunk);
        return StageJobs.RunAsync(redis, [], [.. arguments]);
    }

    /// <summary>
    /// Asks at once, behind the last chunk: the script refuses where that did not arrive. Then, and where a reconnect has let the call
    /// overtake the chunk, what became of the chunk decides.
    /// </summary>
    private async Task<EnqueueResult> CommitAsync(Batch batch, Task last)
    {
        var answer = await AskToCommitAsync(batch);
        if (!answer.IsEarly)
            return answer.Read(batch.Ids);
        await last;
        return (await AskToCommitAsync(batch)).Read(batch.Ids);
    }

    private async Task<EnqueueAnswer> AskToCommitAsync(Batch batch)
    {
        RedisKey[] keys = batch.Key is null ? [] : [redis.Keys.Idempotency(EnqueueRequest.HashOf(batch.Key))];
        var reply = await CommitBatch.RunAsync(redis, keys, [batch.Id, batch.Key?.BodyHash ?? "", batch.Chunks]);
        return new EnqueueAnswer((long)reply[0], (string)reply[1]!);
    }

    private async Task DiscardAsync(string batch)
    {
        while ((int)await DiscardBatch.RunAsync(redis, [], [batch]) >= EnqueueGroup.MaxJobs)
        {
        }
    }

    /// <summary>What has been sent of a batch so far.</summary>
    private sealed record Batch(string Id, IdempotencyKey? Key)
    {
        public List<string> Ids { get; } = [];

        public int Chunks { get; private set; }

        public void Add(IReadOnlyList<NewJob> chunk)
        {
            Chunks++;
            Ids.AddRange(chunk.Select(job => job.Id));
        }
    }
}
