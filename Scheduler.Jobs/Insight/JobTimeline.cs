using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Locks;

namespace Scheduler.Jobs.Insight;

/// <param name="Name">One of <see cref="JobTimeline.PhaseNames"/>.</param>
/// <param name="To">Null while it lasts.</param>
internal sealed record JobPhase(string Name, DateTimeOffset From, DateTimeOffset? To, TimeSpan Duration, string? Worker, string? Reason);

/// <summary>A job's life in phases, made of its history.</summary>
internal sealed class JobTimeline
{
    public const string Waiting = "waiting";
    public const string Delayed = "delayed";
    public const string Retrying = "retrying";
    public const string Locked = "locked";
    public const string Awaiting = "awaiting";
    public const string Running = "running";

    /// <summary>Final, and put back later.</summary>
    public const string Resting = "resting";

    public static readonly IReadOnlyList<string> PhaseNames = [Waiting, Delayed, Retrying, Locked, Awaiting, Running, Resting];

    private JobTimeline(IReadOnlyList<JobPhase> phases, bool isWhole) => (Phases, IsWhole) = (phases, isWhole);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<JobPhase> Phases { get; }

    /// <summary>False where the history has lost its beginning: it keeps the last 20 transitions.</summary>
    public bool IsWhole { get; }

    public TimeSpan Total => TimeSpan.FromTicks(Phases.Sum(p => p.Duration.Ticks));

    public TimeSpan In(string phase) => TimeSpan.FromTicks(Phases.Where(p => p.Name == phase).Sum(p => p.Duration.Ticks));

    public static JobTimeline Of(JobRecord job, DateTimeOffset now)
    {
        var phases = new List<JobPhase>();
        var hasRun = false;
        foreach (var (index, entry) in job.History.Index())
        {
            var end = index + 1 < job.History.Count ? job.History[index + 1].At : (DateTimeOffset?)null;
            var isLast = end is null;
            if (isLast && JobStates.IsFinal(entry.State))
                break;
            hasRun |= entry.State == JobStates.Processing;
            var lasted = (end ?? now) - entry.At;
            phases.Add(new JobPhase(NameOf(entry, hasRun), entry.At, end, lasted < TimeSpan.Zero ? TimeSpan.Zero : lasted, entry.Worker, entry.Reason));
        }
        return new JobTimeline(phases, job.History.Count > 0 && job.History[0].At <= job.CreatedAt.AddSeconds(1));
    }

    private static string NameOf(HistoryEntry entry, bool hasRun) => entry.State switch
    {
        JobStates.Enqueued => Waiting,
        JobStates.Processing => Running,
        JobStates.Awaiting => Awaiting,
        JobStates.Scheduled when ExclusiveGate.TakenIn(entry.Reason) is not null => Locked,
        JobStates.Scheduled => hasRun ? Retrying : Delayed,
        _ => Resting,
    };
}
