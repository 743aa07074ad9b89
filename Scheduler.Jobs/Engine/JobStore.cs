using Scheduler.Jobs.Sealing;

namespace Scheduler.Jobs.Engine;

/// <summary>What a person or a client does with jobs. Every change is one script.</summary>
internal sealed class JobStore(RedisClient redis, JobReader reader, TimeProvider time, ArgsSeal? seal = null)
{
    /// <summary>The most jobs one call may bring.</summary>
    public const int MaxBulk = 10_000;

    private const int ChunkSize = EnqueueGroup.MaxJobs;

    private static readonly RedisScript CancelJob = RedisScript.Load("cancel_job", allowOutOfMemory: true);
    private static readonly RedisScript EditJob = RedisScript.Load("edit_job");
    private static readonly RedisScript RequeueJob = RedisScript.Load("requeue_job");

    private readonly EnqueueGroup group = new(redis);
    private readonly BlockingEnqueueGroup blockingGroup = new(redis);
    private readonly StagedBatches staged = new(redis, time);

    public string NewId() => JobId.New(time);

    /// <summary>
    /// Creates all the jobs or none. Up to 200 in one script, which callers that come together share; more are staged and become
    /// visible at once. Not cancelled once sent: the caller must learn whether the jobs exist.
    /// </summary>
    public Task<EnqueueResult> EnqueueAsync(IReadOnlyList<NewJob> jobs, IdempotencyKey? key, CancellationToken cancellationToken) =>
        jobs.Count <= ChunkSize
            ? group.EnqueueAsync(EnqueueRequest.Of(Sealed(jobs), key), cancellationToken)
            : staged.EnqueueAsync(jobs.Chunk(ChunkSize).Select(Sealed), key, cancellationToken);

    /// <summary>The same for jobs that are made one by one: some are on their way to Redis while the next are made.</summary>
    public async Task<EnqueueResult> EnqueueAsMadeAsync(IEnumerable<NewJob> jobs, CancellationToken cancellationToken)
    {
        using var chunks = jobs.Chunk(ChunkSize).GetEnumerator();
        if (!chunks.MoveNext())
            return new EnqueueResult.Accepted([], time.GetUtcNow());
        return chunks.Current.Length < ChunkSize
            ? await EnqueueAsync(chunks.Current, null, cancellationToken)
            : await staged.EnqueueAsync(ThisAndNext(chunks).Select(Sealed), null, cancellationToken);
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

    /// <inheritdoc cref="StagedBatches.SweepAsync"/>
    public Task<int> SweepStagedAsync(CancellationToken cancellationToken) => staged.SweepAsync(cancellationToken);

    private static IEnumerable<NewJob[]> ThisAndNext(IEnumerator<NewJob[]> chunks)
    {
        do
            yield return chunks.Current;
        while (chunks.MoveNext());
    }

    private IReadOnlyList<NewJob> Sealed(IReadOnlyList<NewJob> jobs) => seal?.Seal(jobs) ?? jobs;

    private string SealedArgs(string id, JobEdit edit) =>
        edit.Args is not { } args ? "" : seal?.Seal(ArgsSeal.OwnerOfJob(id), edit.Type, args) ?? args;
}
