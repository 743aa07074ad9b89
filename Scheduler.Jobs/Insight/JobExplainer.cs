using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Locks;

namespace Scheduler.Jobs.Insight;

/// <summary>Says in plain words why a job is not running, or where the time of a finished one went.</summary>
internal sealed class JobExplainer(RedisClient redis, JobReader jobs, WorkerStore workers, PaceStore pace)
{
    /// <summary>Null where there is no such job.</summary>
    public async Task<Explanation?> ExplainAsync(string id, CancellationToken cancellationToken)
    {
        if (await jobs.GetAsync(id, cancellationToken) is not { } job)
            return null;
        var facts = await WaitFacts.ReadAsync(redis, job, cancellationToken);
        var timeline = JobTimeline.Of(job, facts.Now);
        var (reasons, start) = await ReasonsAsync(job, facts, timeline, cancellationToken);
        return new Explanation(job, facts.Now, reasons, timeline, start);
    }

    private async Task<(IReadOnlyList<Reason> Reasons, DateTimeOffset? Start)> ReasonsAsync(
        JobRecord job, WaitFacts facts, JobTimeline timeline, CancellationToken cancellationToken) => job.State switch
    {
        JobStates.Enqueued => WaitingReasons.Of(job, facts, await workers.ListAsync(cancellationToken), await pace.ReadAsync(job.Queue, facts.Now, cancellationToken)),
        JobStates.Scheduled => (await ScheduledAsync(job, facts, cancellationToken), job.RunAt),
        JobStates.Awaiting => ([await AwaitingAsync(job, cancellationToken)], null),
        JobStates.Processing => ([HeldBackReasons.Running(job, facts.Now, await workers.ListAsync(cancellationToken))], null),
        _ => (EndReasons.Of(job, timeline), null),
    };

    private async Task<IReadOnlyList<Reason>> ScheduledAsync(JobRecord job, WaitFacts facts, CancellationToken cancellationToken)
    {
        var reason = job.History is [.., { } last] && ExclusiveGate.TakenIn(last.Reason) is { } resource
            ? HeldBackReasons.LockTaken(resource, await HolderAsync(resource, cancellationToken), job.RunAt ?? facts.Now, facts.Now)
            : HeldBackReasons.Scheduled(job, facts.Now);
        // A pause met later is worth knowing now.
        return facts.Pause is null ? [reason] : [reason, .. WaitingReasons.Of(job, facts, [], QueuePace.Unknown).Reasons.Take(1)];
    }

    private async Task<LockHolder?> HolderAsync(string resource, CancellationToken cancellationToken)
    {
        string? who = await redis.Database.StringGetAsync(redis.Keys.LockHolder(resource)).WaitAsync(cancellationToken);
        if (who?.Split(' ', 2) is not [var kind, var name])
            return null;
        if (kind != "job")
            return new LockHolder(null, null, name);
        return await jobs.GetAsync(name, cancellationToken) is { State: JobStates.Processing } holder ? new LockHolder(name, holder.Worker, null) : null;
    }

    private async Task<Reason> AwaitingAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var parentId = job.History.LastOrDefault(h => h.State == JobStates.Awaiting)?.Data?.GetValueOrDefault("ParentId");
        var parent = parentId is null ? null : await jobs.GetAsync(parentId, cancellationToken);
        return HeldBackReasons.AwaitingParent(parentId, parent?.State);
    }
}
