namespace Scheduler.Jobs.Engine;

/// <summary>What a worker asks for.</summary>
/// <param name="Queues">In the order to take from.</param>
/// <param name="Types">Job types this worker can run; others are set aside, visibly, for a worker that can.</param>
/// <param name="AllowSuspect">True where the worker may take a job that two processes have died with: it then comes alone.</param>
internal sealed record ClaimRequest(
    string WorkerId, IReadOnlyList<string> Queues, IReadOnlyCollection<string> Types, int Max, TimeSpan Lease, bool AllowSuspect)
{
    /// <summary>Jobs beyond these are set aside too.</summary>
    public IReadOnlyList<TypeLimit> Limits { get; init; } = [];
}

/// <summary>Types of which a worker takes at most so many together.</summary>
internal sealed record TypeLimit(IReadOnlyCollection<string> Types, int Max);

/// <param name="Fence">The fencing token: what this worker writes counts only while the job still carries it.</param>
/// <param name="IsSuspect">Two processes have died while this job ran.</param>
internal sealed record ClaimedJob(JobRecord Job, long Fence, bool IsSuspect);

/// <summary>How an attempt ended. Written only while the claim's fence still holds.</summary>
internal abstract record JobOutcome(string JobId, long Fence)
{
    public sealed record Succeeded(string JobId, long Fence, string? ResultJson, TimeSpan Duration) : JobOutcome(JobId, Fence)
    {
        /// <summary>The job as it was claimed, for the event: the script need not read it again. Null = it reads.</summary>
        public JobRecord? Claimed { get; init; }
    }

    /// <summary>Spends the attempt; the job is scheduled again.</summary>
    public sealed record Retried(string JobId, long Fence, JobError Error, TimeSpan Delay) : JobOutcome(JobId, Fence);

    /// <summary>
    /// The child process died. Spends the attempt only where <paramref name="Spends"/>; the job is scheduled again,
    /// or, the third time, quarantined with the second error.
    /// </summary>
    public sealed record ChildDied(string JobId, long Fence, JobError Error, JobError Quarantine, TimeSpan Delay, bool Spends) : JobOutcome(JobId, Fence);

    public sealed record Failed(string JobId, long Fence, JobError Error, TimeSpan Duration) : JobOutcome(JobId, Fence);

    /// <summary>Spends nothing; the job is scheduled again.</summary>
    public sealed record Snoozed(string JobId, long Fence, string Reason, TimeSpan Delay) : JobOutcome(JobId, Fence);

    /// <summary>Spends nothing; the job returns to the head of its queue (shutdown, lost lease).</summary>
    public sealed record HandedBack(string JobId, long Fence, string Reason) : JobOutcome(JobId, Fence);
}
