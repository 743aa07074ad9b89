namespace Scheduler.Jobs.Engine;

/// <summary>A checked job on its way into the store.</summary>
internal sealed record NewJob
{
    /// <summary>From <see cref="JobId.New"/>; enqueuing the same id twice creates one job.</summary>
    public required string Id { get; init; }

    /// <summary>The job type's name.</summary>
    public required string Type { get; init; }

    /// <summary>The arguments as JSON text.</summary>
    public required string Args { get; init; }

    public required string Queue { get; init; }

    /// <summary>Wait this long by Redis's clock; null = now. Excludes <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Not before this instant; null or past = now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Deleted unless it starts within this time after it was to run; null = it waits for ever.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null = the job type's or the configured default.</summary>
    public int? MaxAttempts { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>The longest silence of a handler that sends heartbeats; null = the default applies.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>Null = the job type's or the configured rules.</summary>
    public RetryRules? Retry { get; init; }

    public string? RecurringId { get; init; }

    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Set for a Hangfire expression job: stored instead of type and arguments.</summary>
    public InvocationFields? Invocation { get; init; }
}

/// <summary>A caller's <c>Idempotency-Key</c>: kept for 24 hours by the script that creates the job.</summary>
/// <param name="Scope">Who calls and which path: the same key elsewhere is another key.</param>
/// <param name="Key">The header's value.</param>
/// <param name="BodyHash">Hash of the canonical JSON body.</param>
internal sealed record IdempotencyKey(string Scope, string Key, string BodyHash);

/// <summary>What became of an enqueue.</summary>
internal abstract record EnqueueResult
{
    /// <summary>The jobs exist since <paramref name="At"/> by Redis's clock. <paramref name="Ids"/> are in input order.</summary>
    public sealed record Accepted(IReadOnlyList<string> Ids, DateTimeOffset At) : EnqueueResult;

    /// <summary>The same key and body came before; these are the first call's jobs.</summary>
    public sealed record Replayed(IReadOnlyList<string> Ids) : EnqueueResult;

    /// <summary>The key was used with another body; nothing was written.</summary>
    public sealed record KeyReused : EnqueueResult;
}
