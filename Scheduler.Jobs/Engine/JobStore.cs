using Scheduler.Jobs.Sealing;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>What a person or a client does with jobs. Every change is one script.</summary>
internal sealed class JobStore(RedisClient redis, JobReader reader, TimeProvider time, ArgsSeal? seal = null)
{
    /// <summary>The most jobs one call may bring.</summary>
    public const int MaxBulk = 10_000;

    private const int ChunkSize = EnqueueGroup.MaxJobs;

    private static readonly RedisScript StageJobs = RedisScript.Load("stage_jobs");
    private static readonly RedisScript CommitBatch = RedisScript.Load("commit_batch");
    private static readonly RedisScript DiscardBatch = RedisScript.Load("discard_batch", allowOutOfMemory: true);
    private static readonly RedisScript CancelJob = RedisScript.Load("cancel_job", allowOutOfMemory: true);
    private static readonly RedisScript EditJob = RedisScript.Load("edit_job");
    private static readonly RedisScript RequeueJob = RedisScript.Load("requeue_job");

    private readonly EnqueueGroup group = new(redis);
    private readonly BlockingEnqueueGroup blockingGroup = new(redis);

    public string NewId() => JobId.New(time);

    /// <summary>
    /// Creates all the jobs or none. Up to 200 in one script, which callers that come together share; more are staged and become
    /// visible at once. Not cancelled once sent: the caller must learn whether the jobs exist.
    /// </summary>
    public Task<EnqueueResult> EnqueueAsync(IReadOnlyList<NewJob> jobs, IdempotencyKey? key, CancellationToken cancellationToken) =>
        jobs.Count <= ChunkSize
            ? group.EnqueueAsync(EnqueueRequest.Of(Sealed(jobs), key), cancellationToken)
            : EnqueueStagedAsync(jobs.Chunk(ChunkSize), key, cancellationToken);

    /// <summary>The same for jobs that are made one by one: some are on their way to Redis while the next are made.</summary>
    public async Task<EnqueueResult> EnqueueAsMadeAsync(IEnumerable<NewJob> jobs, CancellationToken cancellationToken)
    {
        using var chunks = jobs.Chunk(ChunkSize).GetEnumerator();
        if (!chunks.MoveNext())
            return new EnqueueResult.Accepted([], time.GetUtcNow());
        return chunks.Current.Length < ChunkSize
            ? await EnqueueAsync(chunks.Current, null, cancellationToken)
            : await EnqueueStagedAsync(ThisAndNext(chunks), null, cancellationToken);
    }

    /// <summary>For Hangfire's synchronous client only.</summary>
    public EnqueueResult Enqueue(EnqueueRequest request) => blockingGroup.Enqueue(request);

    public Task<JobRecord?> GetAsync(string id, CancellationToken cancellationToken) => reader.GetAsync(id, cancellationToken);

    public Task<Page<JobRecord>> ListAsync(JobQuery query, CancellationToken cancellationToken) => reader.ListAsync(query, cancellationToken);

    public async Task<CancelResult> CancelAsync(string id, CancellationToken cancellationToken) =>
        (int)await CancelJob.RunAsync(redis, [], [id]).WaitAsync(cancellationToken) switch
        {
            1 => CancelResult.Cancelled,
            2 => CancelResult.AlreadyFinal,
            _ => CancelResult.NotFound,
        };

    /// <summary>Changes a job that still waits.</summary>
    public async Task<EditResult> EditAsync(string id, JobEdit edit, CancellationToken cancellationToken) =>
        (int)await EditJob.RunAsync(redis, [],
        [
            id, edit.Delay is not null || edit.RunAt is not null, (long)Math.Ceiling((edit.Delay ?? TimeSpan.Zero).TotalMilliseconds),
            edit.RunAt?.ToUnixTimeMilliseconds() ?? 0, edit.Queue ?? "", edit.Args is not null, SealedArgs(id, edit), edit.Type,
        ]).WaitAsync(cancellationToken) switch
        {
            1 => EditResult.Edited,
            0 => EditResult.NotFound,
            _ => EditResult.NotWaiting,
        };

    public async Task<RequeueResult> RequeueAsync(string id, CancellationToken cancellationToken) =>
        (int)await RequeueJob.RunAsync(redis, [], [id]).WaitAsync(cancellationToken) switch
        {
            1 => RequeueResult.Requeued,
            2 => RequeueResult.NotRequeueable,
            _ => RequeueResult.NotFound,
        };

    /// <summary>Removes batches that were staged over an hour ago and never committed: their caller died between two chunks.</summary>
    public async Task<int> SweepStagedAsync(CancellationToken cancellationToken) =>
        (int)await DiscardBatch.RunAsync(redis, [], [""]).WaitAsync(cancellationToken);

    private static IEnumerable<NewJob[]> ThisAndNext(IEnumerator<NewJob[]> chunks)
    {
        do
            yield return chunks.Current;
        while (chunks.MoveNext());
    }

    private async Task<EnqueueResult> EnqueueStagedAsync(IEnumerable<NewJob[]> chunks, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var batch = NewId();
        // crash point 1: some chunks staged, nothing visible; the sweep removes them after an hour
        var ids = await StageAllAsync(batch, chunks, cancellationToken);
        // crash point 2: all staged, nothing visible; the same
        var result = await CommitAsync(batch, ids, key);
        // crash point 3: committed; without a reply the caller asks again with the same idempotency key
        if (result is not EnqueueResult.Accepted)
            await DiscardAsync(batch);
        return result;
    }

    private async Task<List<string>> StageAllAsync(string batch, IEnumerable<NewJob[]> chunks, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        // One chunk is made and prepared while Redis stores the one before.
        var before = Task.CompletedTask;
        try
        {
            foreach (var (number, chunk) in chunks.Index())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var next = StageAsync(batch, number, chunk);
                await before;
                before = next;
                ids.AddRange(chunk.Select(job => job.Id));
            }
        }
        catch (Exception problem) when (!RedisTrouble.IsStoreFailure(problem))
        {
            // A job that breaks a rule, or a caller that gave up: nobody will ask for the others again.
            await before;
            await DiscardAsync(batch);
            throw;
        }
        await before;
        return ids;
    }

    private Task StageAsync(string batch, int number, NewJob[] chunk)
    {
        var arguments = new List<RedisValue>((chunk.Length * 2) + 16) { batch, number };
        NewJobArguments.AppendGroups(arguments, Sealed(chunk));
        return StageJobs.RunAsync(redis, [], [.. arguments]);
    }

    private IReadOnlyList<NewJob> Sealed(IReadOnlyList<NewJob> jobs) => seal?.Seal(jobs) ?? jobs;

    private async Task DiscardAsync(string batch)
    {
        while ((int)await DiscardBatch.RunAsync(redis, [], [batch]) >= ChunkSize)
        {
        }
    }

    private async Task<EnqueueResult> CommitAsync(string batch, List<string> ids, IdempotencyKey? key)
    {
        RedisKey[] keys = key is null ? [] : [redis.Keys.Idempotency(EnqueueRequest.HashOf(key))];
        var reply = await CommitBatch.RunAsync(redis, keys, [batch, key?.BodyHash ?? ""]);
        return new EnqueueAnswer((long)reply[0], (string)reply[1]!).Read(ids);
    }

    private string SealedArgs(string id, JobEdit edit) =>
        edit.Args is not { } args ? "" : seal?.Seal(ArgsSeal.OwnerOfJob(id), edit.Type, args) ?? args;
}
