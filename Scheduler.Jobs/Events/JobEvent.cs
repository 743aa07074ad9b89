using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Events;

/// <summary>One event of the log. <see cref="Name"/> is one of <see cref="EventNames"/>.</summary>
internal sealed record JobEvent
{
    public required EventId Id { get; init; }
    public required string Name { get; init; }
    /// <summary>Empty where the event is of a schedule.</summary>
    public required string JobId { get; init; }
    public required string Type { get; init; }
    public required string Queue { get; init; }

    /// <summary>In lower case, as the API shows it.</summary>
    public required string State { get; init; }

    public required DateTimeOffset At { get; init; }
    public int Attempt { get; init; }
    public long? DurationMs { get; init; }

    /// <summary>JSON text; results over 4 KB are left out of events, the job itself has them.</summary>
    public string? ResultJson { get; init; }

    public JobError? Error { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public string? RecurringId { get; init; }
    public ProgressRecord? Progress { get; init; }

    /// <summary>Why a schedule paused itself.</summary>
    public string? Note { get; init; }

    /// <summary>When a silent schedule last succeeded.</summary>
    public DateTimeOffset? LastSuccessAt { get; init; }
}
