namespace Scheduler.Jobs.Contracts;

/// <summary>
/// A job type: what runs, with which arguments, and what it returns. Resolved from a DI scope of its own for every attempt.
/// Mark the class with <see cref="JobTypeAttribute"/>; its public constructor takes services.
/// </summary>
/// <typeparam name="TArgs">A record whose JSON Schema is checked when a job is enqueued; unknown members are refused.</typeparam>
/// <typeparam name="TResult">Stored as JSON with the succeeded job; use <see cref="NoResult"/> for nothing.</typeparam>
public interface IJobHandler<in TArgs, TResult>
{
    /// <summary>
    /// Runs one attempt. Throw to fail the attempt (it is retried), <see cref="JobFailedException"/> to fail the job for good,
    /// <see cref="RetryLaterException"/> to choose the time of the next attempt.
    /// </summary>
    /// <param name="args">The job's arguments, already checked against the schema.</param>
    /// <param name="job">Who is running: id, attempt, logger, progress.</param>
    /// <param name="cancellationToken">Fires on cancel, timeout, shutdown, and when the worker's lease on the job is lost.</param>
    Task<TResult> RunAsync(TArgs args, JobContext job, CancellationToken cancellationToken);
}

/// <summary>The result of a handler that has nothing to say; stored as JSON <c>null</c>.</summary>
public sealed record NoResult
{
    /// <summary>The only value.</summary>
    public static NoResult Value { get; } = new();
}

/// <summary>The arguments of a handler that needs none; callers send <c>{}</c> or leave <c>args</c> out.</summary>
public sealed record NoArgs;
