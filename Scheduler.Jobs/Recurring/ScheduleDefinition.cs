using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Jobs.Recurring;

/// <summary>A checked schedule as <c>PUT /api/v1/recurring/{id}</c> described it: what runs, when, and what if not.</summary>
internal sealed record ScheduleDefinition
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The job type's name.</summary>
    public required string Type { get; init; }

    /// <summary>The arguments as JSON text.</summary>
    public required string Args { get; init; }

    public required string Queue { get; init; }
    public required ScheduleTiming Timing { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null = the job type's or the configured default.</summary>
    public int? MaxAttempts { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>Jobs this schedule makes in all; triggered ones do not count. Null = no limit.</summary>
    public int? MaxRuns { get; init; }

    public MisfirePolicy Misfire { get; init; }

    /// <summary>How far back <see cref="MisfirePolicy.All"/> looks; null = one day.</summary>
    public TimeSpan? CatchUpWindow { get; init; }

    public RunOverlapPolicy Overlap { get; init; }

    /// <summary>Runs that fail in a row until the schedule pauses itself; null = it goes on.</summary>
    public int? PauseAfterFailures { get; init; }

    /// <summary>The longest time without a success; then <c>schedule.silent</c> is raised. Null = nobody waits.</summary>
    public TimeSpan? MaxSilence { get; init; }

    /// <summary>A success means more to it than its instant: a run may wait for it, it ends a row of failures, or a silence.</summary>
    [JsonIgnore]
    public bool HeedsSuccesses => Overlap == RunOverlapPolicy.BufferOne || PauseAfterFailures is not null || MaxSilence is not null;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text was not written by <see cref="ToJson"/>.</exception>
    public static ScheduleDefinition FromJson(string json) =>
        JsonSerializer.Deserialize<ScheduleDefinition>(json, Json) ?? throw new JsonException("A schedule's definition is empty.");

    /// <summary>True where both fire at the same instants: a replaced schedule then keeps its next one.</summary>
    public bool HasTimingOf(ScheduleDefinition other) =>
        JsonSerializer.Serialize(Timing, Json) == JsonSerializer.Serialize(other.Timing, Json);
}

/// <summary>What becomes of instants that were not fired within <c>Scheduler:MisfireThreshold</c>.</summary>
internal enum MisfirePolicy
{
    /// <summary>One job for the newest of them.</summary>
    Latest,

    Skip,

    /// <summary>One job for each within the catch-up window.</summary>
    All,
}

/// <summary>What becomes of an instant while the schedule's last job is not final.</summary>
internal enum RunOverlapPolicy
{
    Allow,

    /// <summary>The instant passes without a job.</summary>
    Skip,

    /// <summary>One job waits until the last one is final; further instants pass.</summary>
    BufferOne,

    /// <summary>The last job is cancelled.</summary>
    CancelRunning,
}
