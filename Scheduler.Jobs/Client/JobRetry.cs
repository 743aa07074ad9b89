namespace Scheduler.Jobs.Client;

/// <summary>When a job's failed attempts are tried again; what is null is as the job type or the configuration says.</summary>
public sealed record JobRetry
{
    /// <summary>Upper bound of the first retry's random delay; doubles with each attempt.</summary>
    public TimeSpan? BaseDelay { get; init; }

    /// <summary>Longest delay between two attempts.</summary>
    public TimeSpan? MaxDelay { get; init; }

    /// <summary>The delays themselves instead of a backoff, 1 to 100; the last repeats. Without a number of attempts there is one more than there are delays.</summary>
    public IReadOnlyList<TimeSpan>? Delays { get; init; }

    /// <summary>No attempt starts when the job has been due for longer than this.</summary>
    public TimeSpan? MaxAge { get; init; }
}
