using System.Text.Json.Serialization;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Engine;

/// <summary>A job as the store holds it.</summary>
internal sealed record JobRecord
{
    public required string Id { get; init; }

    /// <summary>The job type's name, or <c>Class.Method</c> of a Hangfire expression.</summary>
    public required string Type { get; init; }

    /// <summary>False for a job made with Hangfire's expression API.</summary>
    public required bool IsTyped { get; init; }

    public required string Queue { get; init; }

    /// <summary>One of <see cref="JobStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Arguments as JSON: an object for a typed job, an array for an expression.</summary>
    public required string Args { get; init; }

    public string? Result { get; init; }
    public JobError? Error { get; init; }

    /// <summary>The dead-letter group of a failed job.</summary>
    public string? Fingerprint { get; init; }

    public int Attempt { get; init; }

    /// <summary>Null = the default applies.</summary>
    public int? MaxAttempts { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>The longest silence of a handler that sends heartbeats; null = the default applies.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>What the caller asked for; null = the defaults apply.</summary>
    public RetryRules? Retry { get; init; }

    /// <summary>The last checkpoint, as JSON.</summary>
    public string? Checkpoint { get; init; }

    public ProgressRecord? Progress { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is to run, while it waits for that.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>When a delayed job was, or is, to run.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it is deleted if it has not started; null once it has.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? Worker { get; init; }
    public string? RecurringId { get; init; }
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>The last 20 transitions, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    /// <summary>Hangfire's job parameters, and any field a newer version wrote.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>True where a batch of over 200 jobs brought it: while that is being written, nobody is to see it.</summary>
    public bool CameInLargeBatch { get; init; }

    /// <summary>Expression jobs: the four fields of Hangfire's invocation data; null for typed jobs.</summary>
    public InvocationFields? Invocation { get; init; }
}

/// <param name="Type">A stable word: <c>exception</c>, <c>timeout</c>, <c>poison_job</c>...</param>
/// <param name="Message">For a person; starts with the exception's short name where there was one.</param>
/// <param name="Attempt">The attempt that ended so.</param>
/// <param name="Evidence">How the child process of an isolated job died; null for any other error.</param>
internal sealed record JobError(
    string Type, string Message, int Attempt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ChildDeath? Evidence = null)
{
    /// <summary>Where the exception came from, as a hash; null where there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }
}

internal sealed record ProgressRecord(double Percent, string? Message);

/// <param name="Data">Hangfire's state data where a Hangfire state wrote it.</param>
internal sealed record HistoryEntry(
    string State, DateTimeOffset At, string? Reason, string? Worker, IReadOnlyDictionary<string, string>? Data);

internal sealed record InvocationFields(string Type, string Method, string ParameterTypes, string Arguments);
