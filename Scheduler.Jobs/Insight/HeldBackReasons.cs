using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>Why a job may not run yet, or how it runs.</summary>
internal static class HeldBackReasons
{
    public static Reason Scheduled(JobRecord job, DateTimeOffset now)
    {
        var due = job.RunAt ?? now;
        var when = due > now ? $"in {SpokenTime.Duration(due - now)}, at {SpokenTime.Instant(due)}" : "now: a node will put it into its queue within a second";
        if (job.Attempt > 0 && job.Error is { } error)
            return new Reason(ReasonCodes.RetryAt, $"Attempt {job.Attempt} failed ({error.Message}); the next one is due {when}.") { Until = due };
        return job.History is [.., { State: JobStates.Scheduled, Reason: { Length: > 0 } why }]
            ? new Reason(ReasonCodes.Snoozed, $"{why}; it looks again {when}.") { Until = due }
            : new Reason(ReasonCodes.ScheduledUntil, $"It is scheduled: due {when}.") { Until = due };
    }

    /// <param name="holder">As the lock's holder wrote it; null where it has gone since.</param>
    public static Reason LockTaken(string resource, LockHolder? holder, DateTimeOffset due, DateTimeOffset now)
    {
        var again = due > now ? $"in {SpokenTime.Duration(due - now)}" : "now";
        var text = holder switch
        {
            { JobId: { } job, Worker: { } worker } => $"It waits for the lock '{resource}', which job {job} on {worker} holds; it looks again {again}.",
            { Process: { } process } => $"It waits for the lock '{resource}', taken last by process {process}; it looks again {again}.",
            _ => $"The lock '{resource}' was taken when it last tried and is free since; it looks again {again}.",
        };
        return new Reason(ReasonCodes.LockTaken, text) { Resource = resource, JobId = holder?.JobId, Worker = holder?.Worker, Until = due };
    }

    public static Reason AwaitingParent(string? parentId, string? parentState) =>
        new(ReasonCodes.AwaitingParent, parentId is null
            ? "It waits for another job to end."
            : $"It continues job {parentId}, which is {parentState?.ToLowerInvariant() ?? "gone"}.") { JobId = parentId };

    public static Reason Running(JobRecord job, DateTimeOffset now, IReadOnlyList<WorkerRecord> workers)
    {
        var since = job.StartedAt ?? now;
        var progress = job.Progress is { } p ? $" It says {SpokenTime.Number(p.Percent)} %{(p.Message is null ? "" : $": {p.Message}")}." : "";
        var silent = job.Worker is null || workers.Any(w => w.Id == job.Worker) ? ""
            : " That worker is not heard of any more; the job runs elsewhere when its lease is over.";
        return new Reason(ReasonCodes.Running, $"It runs on {job.Worker ?? "a worker"} for {SpokenTime.Duration(now - since)} (attempt {job.Attempt}).{progress}{silent}")
        { Worker = job.Worker, Since = since, DurationMs = (long)(now - since).TotalMilliseconds };
    }
}

/// <summary>Who took a lock last. A job that does not run any more holds nothing.</summary>
internal sealed record LockHolder(string? JobId, string? Worker, string? Process);
