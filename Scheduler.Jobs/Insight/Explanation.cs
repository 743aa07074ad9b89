using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>Why a job does not run, or where its time went.</summary>
/// <param name="At">The store's instant for which this holds.</param>
/// <param name="Reasons">The one that matters most first.</param>
/// <param name="EstimatedStartAt">Null where it runs, is final, or nothing allows an estimate.</param>
internal sealed record Explanation(
    JobRecord Job, DateTimeOffset At, IReadOnlyList<Reason> Reasons, JobTimeline Timeline, DateTimeOffset? EstimatedStartAt)
{
    public string Summary => Reasons[0].Text;
}

/// <summary>One cause, for a program (<see cref="Code"/> and the members that fit it) and for a person (<see cref="Text"/>).</summary>
/// <param name="Code">A stable word of <see cref="ReasonCodes"/>.</param>
internal sealed record Reason(string Code, string Text)
{
    public string? Queue { get; init; }
    public string? By { get; init; }
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }
    public string? Note { get; init; }
    public string? Resource { get; init; }

    /// <summary>The other job this is about: the parent, the holder of a lock.</summary>
    public string? JobId { get; init; }

    public string? Worker { get; init; }
    public long? Ahead { get; init; }
    public double? PerSecond { get; init; }
    public long? DurationMs { get; init; }
}

/// <summary>The stable words of a reason's code. Clients branch on them: add, never rename.</summary>
internal static class ReasonCodes
{
    public const string QueuePaused = "queue_paused";
    public const string NoWorker = "no_worker";
    public const string NoWorkerForQueue = "no_worker_for_queue";
    public const string NoWorkerForType = "no_worker_for_type";
    public const string WorkersDraining = "workers_draining";
    public const string Backlog = "backlog";
    public const string WorkersBusy = "workers_busy";
    public const string Next = "next";
    public const string ScheduledUntil = "scheduled_until";
    public const string RetryAt = "retry_at";
    public const string LockTaken = "lock_taken";
    public const string Snoozed = "snoozed";
    public const string AwaitingParent = "awaiting_parent";
    public const string Running = "running";
    public const string Ended = "ended";
    public const string TimeSpent = "time_spent";

    public static readonly IReadOnlyList<string> All =
    [
        QueuePaused, NoWorker, NoWorkerForQueue, NoWorkerForType, WorkersDraining, Backlog, WorkersBusy, Next, ScheduledUntil, RetryAt,
        LockTaken, Snoozed, AwaitingParent, Running, Ended, TimeSpent,
    ];
}
