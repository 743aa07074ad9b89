using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Scheduler.Jobs.Contracts;

/// <summary>What a running handler may know about its job, and what it may say while it runs.</summary>
public sealed class JobContext
{
    /// <summary>The largest checkpoint, in bytes of JSON.</summary>
    public const int MaxCheckpointBytes = 64 * 1024;

    /// <summary>The job's id, as the API shows it.</summary>
    public required string Id { get; init; }

    /// <summary>The job type's name.</summary>
    public required string Type { get; init; }

    /// <summary>The queue the job came from.</summary>
    public required string Queue { get; init; }

    /// <summary>The number of this attempt, from 1. A start that was lost to a killed worker is not counted.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts in all before the job is failed for good.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>Grows with every claim in the whole fleet: hand it to a resource that must refuse a stale worker.</summary>
    public required long FencingToken { get; init; }

    /// <summary>The nominal instant of a job made by a schedule; null for any other job.</summary>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Lines written here reach the host's log and <c>GET /api/v1/jobs/{id}/logs</c>.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Receives progress reports; the dispatcher sends the newest at most a few times a second.</summary>
    internal Action<JobProgress> Progress { get; init; } = static _ => { };

    /// <summary>Receives heartbeats.</summary>
    internal Action Beat { get; init; } = static () => { };

    /// <summary>Stores a checkpoint, as JSON.</summary>
    internal Func<string, CancellationToken, Task> SaveCheckpoint { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>The last checkpoint of the attempts before, as JSON; null = none.</summary>
    internal string? Checkpoint { get; init; }

    /// <summary>Tells how far the job is. Cheap: it never waits for Redis, and only the newest report counts.</summary>
    /// <param name="percent">0 to 100; values outside are clamped.</param>
    /// <param name="message">A few words for a person; cut at 200 characters.</param>
    public void ReportProgress(double percent, string? message = null) =>
        Progress(new JobProgress(Math.Clamp(percent, 0, 100), message is { Length: > 200 } ? message[..200] : message));

    /// <summary>
    /// Tells that the handler still gets on. Whoever has called it once must keep doing so within the heartbeat timeout
    /// (<see cref="TimeLimitAttribute.HeartbeatSeconds"/>): silence then ends the attempt, as a time limit would. Cheap: call it in a loop.
    /// </summary>
    public void Heartbeat() => Beat();

    /// <summary>
    /// Stores what the next attempt needs to go on from here, should this one not end well. The newest counts; it stays until the job succeeds.
    /// </summary>
    /// <param name="value">Written as JSON of at most 64 KB.</param>
    /// <param name="cancellationToken">The handler's.</param>
    /// <exception cref="CheckpointRefusedException">The job is no longer this attempt's.</exception>
    public Task CheckpointAsync<T>(T value, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(value, JobJson.Options);
        var size = Encoding.UTF8.GetByteCount(json);
        return size <= MaxCheckpointBytes
            ? SaveCheckpoint(json, cancellationToken)
            : throw new ArgumentException($"The checkpoint has {size} bytes and at most {MaxCheckpointBytes} are kept; store the rest elsewhere.", nameof(value));
    }

    /// <summary>The last checkpoint of the attempts before; the default of <typeparamref name="T"/> where there is none.</summary>
    public T? Resume<T>() => Checkpoint is null ? default : JsonSerializer.Deserialize<T>(Checkpoint, JobJson.Options);
}

/// <summary>How far a job is.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Message">A few words, or null.</param>
public sealed record JobProgress(double Percent, string? Message);
