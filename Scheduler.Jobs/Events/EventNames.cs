namespace Scheduler.Jobs.Events;

/// <summary>The names of events, as clients see them.</summary>
internal static class EventNames
{
    public const string Succeeded = "job.succeeded";
    public const string Failed = "job.failed";
    public const string Deleted = "job.deleted";
    public const string Enqueued = "job.enqueued";
    public const string Started = "job.started";
    public const string Retrying = "job.retrying";
    public const string Progress = "job.progress";

    /// <summary>A schedule has not succeeded in time; no job belongs to it.</summary>
    public const string ScheduleSilent = "schedule.silent";

    /// <summary>A schedule paused itself because its runs failed; no job belongs to it.</summary>
    public const string SchedulePaused = "schedule.paused";

    /// <summary>What a subscriber gets who names no events.</summary>
    public static readonly IReadOnlyList<string> Completions = [Succeeded, Failed, Deleted];

    public static readonly IReadOnlyList<string> All = [.. Completions, Enqueued, Started, Retrying, Progress, ScheduleSilent, SchedulePaused];

    public static bool IsCompletion(string name) => name is Succeeded or Failed or Deleted;
}
