using System.Text.Json;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>The worker's side of the engine: claim, renew, complete, and the upkeep any node may do.</summary>
internal sealed class ClaimStore(RedisClient redis)
{
    /// <summary>The most jobs in one script.</summary>
    public const int MaxBatch = 200;

    /// <summary>The most due jobs one script moves: some milliseconds of the server's time.</summary>
    public const int PromoteBatch = 500;

    private static readonly RedisScript ClaimJobs = RedisScript.Load("claim_jobs");
    private static readonly RedisScript CompleteJobs = RedisScript.Load("complete_jobs", allowOutOfMemory: true);
    private static readonly RedisScript RenewLeases = RedisScript.Load("renew_leases", allowOutOfMemory: true);
    private static readonly RedisScript ReapLeases = RedisScript.Load("reap_leases", allowOutOfMemory: true);
    private static readonly RedisScript PromoteDue = RedisScript.Load("promote_due", allowOutOfMemory: true);
    private static readonly RedisScript SaveCheckpoint = RedisScript.Load("save_checkpoint");
    private static readonly RedisScript ExpireJobs = RedisScript.Load("expire_jobs", allowOutOfMemory: true);
    private static readonly RedisScript ReportProgress = RedisScript.Load("report_progress");

    private long completed;

    /// <summary>Outcomes that this process has committed.</summary>
    public long Completed => Interlocked.Read(ref completed);

    /// <summary>
    /// Takes what waits, up to the request's number. Not cancelled once sent: what it claims must run, or be handed back.
    /// A lost reply costs one lease, after which the jobs are returned.
    /// </summary>
    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Read(await ClaimJobs.RunAsync(redis, [], ArgumentsOf(request)), request);
    }

    /// <summary>The same for callers with a thread of their own: the claim loop, and stock Hangfire servers, whose fetch is synchronous.</summary>
    public IReadOnlyList<ClaimedJob> Claim(ClaimRequest request) => Read(ClaimJobs.Run(redis, [], ArgumentsOf(request)), request);

    /// <summary>For each outcome, in order: true = written (now, or before a lost reply), false = stale (another worker owns the job, or it was cancelled).</summary>
    public async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken)
    {
        var reply = await CompleteJobs.RunAsync(redis, [], ArgumentsOf(outcomes)).WaitAsync(cancellationToken);
        Interlocked.Add(ref completed, outcomes.Count);
        return [.. Enumerable.Range(0, outcomes.Count).Select(i => (int)reply[i] != 0)];
    }

    /// <summary>For stock Hangfire servers: true = written, false = stale.</summary>
    public bool Complete(JobOutcome outcome) => (int)CompleteJobs.Run(redis, [], ArgumentsOf([outcome]))[0] != 0;

    /// <summary>Extends the leases still ours; returns the ids of those that are lost. Synchronous: it runs on the renewal thread.</summary>
    public IReadOnlyList<string> Renew(IReadOnlyList<(string JobId, long Fence)> claims, TimeSpan lease)
    {
        List<string> lost = [];
        foreach (var chunk in claims.Chunk(MaxBatch))
        {
            var held = chunk.SelectMany(c => new RedisValue[] { c.JobId, c.Fence });
            lost.AddRange(((string[])RenewLeases.Run(redis, [], [Ms(lease), .. held])!));
        }
        return lost;
    }

    public Task ReportProgressAsync(string jobId, long fence, ProgressRecord progress, CancellationToken cancellationToken) =>
        ReportProgress.RunAsync(redis, [],
            [jobId, fence, progress.Percent, JsonSerializer.Serialize(progress.Message)]).WaitAsync(cancellationToken);

    /// <summary>False where the job is no longer this claim's.</summary>
    public async Task<bool> SaveCheckpointAsync(string jobId, long fence, string json, CancellationToken cancellationToken) =>
        (int)await SaveCheckpoint.RunAsync(redis, [], [jobId, fence, json]).WaitAsync(cancellationToken) == 1;

    /// <summary>Returns expired leases to the head of their queues, or quarantines. Gives the number handled; call again while it is <see cref="MaxBatch"/>.</summary>
    public async Task<int> ReapAsync(CancellationToken cancellationToken) =>
        (int)await ReapLeases.RunAsync(redis, [], []).WaitAsync(cancellationToken);

    /// <summary>Deletes jobs that should have started by now. Gives the number handled; call again while it is <see cref="MaxBatch"/>.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken) =>
        (int)await ExpireJobs.RunAsync(redis, [], []).WaitAsync(cancellationToken);

    /// <summary>Moves due jobs into their queues. Gives how many moved and how long until the next is due (null = none waits).</summary>
    public async Task<(int Moved, TimeSpan? NextIn)> PromoteDueAsync(CancellationToken cancellationToken)
    {
        var reply = await PromoteDue.RunAsync(redis, [], [PromoteBatch]).WaitAsync(cancellationToken);
        var wait = (long)reply[1];
        return ((int)reply[0], wait < 0 ? null : TimeSpan.FromMilliseconds(wait));
    }

    private static RedisValue[] ArgumentsOf(ClaimRequest request) =>
    [
        request.WorkerId, Ms(request.Lease), Math.Min(request.Max, MaxBatch), "," + string.Join(',', request.Types) + ",",
        request.AllowSuspect ? "1" : "0", string.Join(',', request.Limits.Select(l => l.Max)), string.Join(';', request.Limits.Select(l => string.Join(',', l.Types))), .. request.Queues.Select(q => (RedisValue)q),
    ];

    private static RedisValue[] ArgumentsOf(IReadOnlyList<JobOutcome> outcomes)
    {
        List<RedisValue> arguments = new((outcomes.Count * 3) + 8) { outcomes.Count };
        JobRecord? told = null;
        for (var i = 0; i < outcomes.Count;)
        {
            if (outcomes[i] is JobOutcome.Succeeded { Claimed: { } job } && !TellsTheSame(told, job))
                AppendFacts(arguments, told = job);
            var plain = CountPlain(outcomes, i);
            if (plain > 0)
                AppendPlain(arguments, outcomes, i, plain);
            else
                Append(arguments, outcomes[i]);
            i += Math.Max(plain, 1);
        }
        return [.. arguments];
    }

    private static ClaimedJob[] Read(RedisResult reply, ClaimRequest request)
    {
        if (reply.Length == 0)
            return [];
        var start = $"{(string)reply[0]!} {request.WorkerId}";
        var fence = (long)reply[1];
        var claimed = new ClaimedJob[(reply.Length / 2) - 1];
        for (var i = 0; i < claimed.Length; i++)
        {
            var at = (i * 2) + 2;
            var (job, lost) = JobHash.ReadClaimed((string)reply[at]!, reply[at + 1], start);
            claimed[i] = new ClaimedJob(job, fence, IsSuspect: lost >= 2);
        }
        return claimed;
    }

    // What the event of a success says of its job, once for all neighbours of which it is true.
    private static void AppendFacts(List<RedisValue> arguments, JobRecord job) =>
        arguments.AddRange(["J", job.Type, job.Queue, job.Tags.Count == 0 ? "[]" : JsonSerializer.Serialize(job.Tags), job.Attempt]);

    private static bool TellsTheSame(JobRecord? told, JobRecord job) =>
        told is not null && told.Type == job.Type && told.Queue == job.Queue && told.Attempt == job.Attempt
        && told.Tags.SequenceEqual(job.Tags);

    /// <summary>How many successes without a result, of one claim and of jobs that tell the same, begin at <paramref name="from"/>.</summary>
    private static int CountPlain(IReadOnlyList<JobOutcome> outcomes, int from)
    {
        if (outcomes[from] is not JobOutcome.Succeeded { Claimed: { } told } first)
            return 0;
        var to = from;
        while (to < outcomes.Count && outcomes[to] is JobOutcome.Succeeded { ResultJson: null or "", Claimed: { } job } next
            && next.Fence == first.Fence && (job.RecurringId is null) == (told.RecurringId is null) && TellsTheSame(told, job))
            to++;
        return to - from;
    }

    private static void AppendPlain(List<RedisValue> arguments, IReadOnlyList<JobOutcome> outcomes, int from, int count)
    {
        var areRuns = ((JobOutcome.Succeeded)outcomes[from]).Claimed!.RecurringId is not null;
        arguments.AddRange([areRuns ? "P" : "C", outcomes[from].Fence, count]);
        for (var i = from; i < from + count; i++)
        {
            var success = (JobOutcome.Succeeded)outcomes[i];
            arguments.Add(success.JobId);
            arguments.Add(Ms(success.Duration));
            if (areRuns)
                arguments.Add(success.Claimed!.RecurringId);
        }
    }

    private static void Append(List<RedisValue> arguments, JobOutcome outcome)
    {
        RedisValue id = outcome.JobId, fence = outcome.Fence;
        arguments.AddRange(outcome switch
        {
            JobOutcome.Succeeded { Claimed: { } job } o => ["S", id, fence, Ms(o.Duration), o.ResultJson ?? "", job.RecurringId ?? ""],
            JobOutcome.Succeeded o => ["T", id, fence, Ms(o.Duration), o.ResultJson ?? ""],
            JobOutcome.Retried o => ["R", id, fence, Json(o.Error), Ms(o.Delay), o.Error.Message],
            JobOutcome.Failed o => ["F", id, fence, Json(o.Error), Ms(o.Duration), o.Error.Message],
            JobOutcome.Snoozed o => ["N", id, fence, o.Reason, Ms(o.Delay)],
            JobOutcome.ChildDied o => [o.Spends ? "K" : "D", id, fence, Json(o.Error), Ms(o.Delay), Json(o.Quarantine)],
            JobOutcome.HandedBack o => ["H", id, fence, o.Reason],
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
        });
    }

    private static RedisValue Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    private static RedisValue Json(JobError error) => JsonSerializer.Serialize(error, JsonSerializerOptions.Web);
}
