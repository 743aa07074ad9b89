using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Turns a job's hash into a <see cref="JobRecord"/>. Understands the stock package's hashes too.</summary>
internal sealed class JobHash
{
    private static readonly Dictionary<string, string> NoParameters = [];

    private readonly JobHashCall call = new();
    private string? state, history, start, end, queue, result, error, print, progress, tags, recurringId, runAt, expiresAt, scheduledFor, retry, checkpoint;
    private int attempt;
    private int? maxAttempts;
    private long? timeoutMs, heartbeatMs;
    private Dictionary<string, string>? parameters;

    private JobHash()
    {
    }

    /// <summary>Null for an empty hash: there is no such job.</summary>
    public static JobRecord? Read(string id, HashEntry[] entries)
    {
        var hash = new JobHash();
        foreach (var entry in entries)
            hash.Take(entry.Name, entry.Value);
        return hash.call.IsPresent ? hash.ToRecord(id) : null;
    }

    /// <summary>A job that was claimed just now; its hash is from before the claim.</summary>
    /// <param name="told">
    /// The hash as a name/value list; or, where there is nothing else in it, the text of its call; or, for a job of a schedule,
    /// that text, the schedule and the instant.
    /// </param>
    /// <param name="start">The start as the claim wrote it.</param>
    public static (JobRecord Job, int Lost) ReadClaimed(string id, RedisResult told, string start)
    {
        var hash = new JobHash();
        var lost = 0;
        if (told.Resp2Type != ResultType.Array)
            hash.call.Take(JobFields.Call, (RedisValue)told);
        else if (told.Length == 3)
            hash.TakeRun(told);
        else
            lost = hash.TakeAll(told);
        hash.state = JobStates.Processing;
        hash.start = start;
        hash.attempt++;
        return (hash.ToRecord(id), lost);
    }

    private void TakeRun(RedisResult told)
    {
        call.Take(JobFields.Call, (RedisValue)told[0]);
        recurringId = (string?)told[1];
        scheduledFor = (string?)told[2];
    }

    // Gives how often the job was lost.
    private int TakeAll(RedisResult flat)
    {
        var lost = 0;
        for (var i = 0; i < flat.Length; i += 2)
        {
            if (ReferenceEquals(Take((RedisValue)flat[i], (RedisValue)flat[i + 1]), JobFields.Lost))
                lost = (int)flat[i + 1];
        }
        return lost;
    }

    // Gives the field's name.
    private string Take(RedisValue field, RedisValue value)
    {
        var name = JobFields.NameOf(field);
        switch (name)
        {
            case JobFields.State: state = value; break;
            case JobFields.Queue: queue = value; break;
            case JobFields.History: history = value; break;
            case JobFields.Start: start = value; break;
            case JobFields.End: end = value; break;
            case JobFields.Attempt: attempt = (int)(Number(value) ?? 0); break;
            case JobFields.MaxAttempts: maxAttempts = (int?)Number(value); break;
            case JobFields.Timeout: timeoutMs = Number(value); break;
            case JobFields.HeartbeatTimeout: heartbeatMs = Number(value); break;
            case JobFields.Retry: retry = value; break;
            case JobFields.Checkpoint: checkpoint = value; break;
            case JobFields.Result: result = value; break;
            case JobFields.Error: error = value; break;
            case JobFields.Print: print = value; break;
            case JobFields.Progress: progress = value; break;
            case JobFields.Tags: tags = value; break;
            case JobFields.RecurringId: recurringId = value; break;
            case JobFields.RunAt: runAt = value; break;
            case JobFields.ExpiresAt: expiresAt = value; break;
            case JobFields.ScheduledFor: scheduledFor = value; break;
            default:
                if (!call.Take(name, value) && !JobFields.IsOwn(name))
                    (parameters ??= new(StringComparer.Ordinal))[JobFields.ParameterName(name)] = value.ToString();
                break;
        }

        return name;
    }

    private JobRecord ToRecord(string id)
    {
        var job = call.ToCall();
        var shown = state ?? JobStates.Awaiting;
        var lines = new JobHistory(history, job.CreatedAt, start, end, shown);
        var started = JobHistory.ReadStart(start) ?? StartIn(lines);
        return new JobRecord
        {
            Id = id,
            Type = job.Contract ?? ExpressionText.NameOf(job.Invocation!),
            IsTyped = job.Contract is not null,
            Queue = queue ?? "default",
            State = shown,
            Args = job.Contract is null ? ExpressionText.ArgumentsOf(job.Invocation!) : job.Arguments,
            Result = result,
            Error = Parse<JobError>(error),
            Fingerprint = print,
            Attempt = attempt,
            MaxAttempts = maxAttempts,
            Timeout = timeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            HeartbeatTimeout = heartbeatMs is { } silence ? TimeSpan.FromMilliseconds(silence) : null,
            Retry = Parse<RetryRules>(retry),
            Checkpoint = checkpoint,
            Progress = Parse<ProgressRecord>(progress),
            Tags = Parse<string[]>(tags) ?? [],
            CreatedAt = job.CreatedAt,
            RunAt = shown == JobStates.Scheduled ? Instant(runAt) : null,
            DueAt = Instant(runAt),
            ExpiresAt = Instant(expiresAt),
            StartedAt = started?.At,
            FinishedAt = JobStates.IsFinal(shown) ? lines[^1].At : null,
            Worker = started?.Worker,
            RecurringId = recurringId,
            ScheduledFor = Instant(scheduledFor),
            History = lines,
            CameInLargeBatch = job.CameInLargeBatch,
            Invocation = job.Invocation,
            Parameters = parameters ?? NoParameters,
        };
    }

    private (DateTimeOffset At, string? Worker)? StartIn(JobHistory lines) =>
        history is not null && lines.LastOrDefault(h => h.State == JobStates.Processing) is { } entry ? (entry.At, entry.Worker) : null;

    private static T? Parse<T>(string? json) where T : class
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long? Number(RedisValue value) => value.TryParse(out long number) ? number : null;

    // Stock clients below compatibility level 170 write ISO 8601.
    internal static DateTimeOffset? Instant(string? text) =>
        text is null ? null
        : JobHistory.ReadInstant(text)
            ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null);
}
