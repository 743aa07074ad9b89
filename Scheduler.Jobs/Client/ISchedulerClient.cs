namespace Scheduler.Jobs.Client;

/// <summary>
/// Enqueues typed jobs from .NET code, in one round trip to Redis; callers that come together share it. Registered by <c>AddScheduler</c>;
/// safe to use from any thread.
/// </summary>
/// <remarks>
/// A call is not cancelled once it is sent. One that fails because the answer was lost may have created its jobs: give an idempotency
/// key where it matters, and ask again with the same key.
/// </remarks>
public interface ISchedulerClient
{
    /// <summary>Creates one job.</summary>
    /// <returns>The job's id.</returns>
    /// <exception cref="InvalidJobException">The job breaks a rule, for example the schema of its type's arguments; nothing was sent.</exception>
    Task<string> EnqueueAsync(JobRequest job, CancellationToken cancellationToken);

    /// <summary>Creates one job, once for each key: the same job asked for again within 24 hours is the first one.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="idempotencyKey">1 to 255 visible ASCII characters, a space of its own beside the HTTP API's keys.</param>
    /// <returns>The id of the job that the first call with this key created.</returns>
    /// <exception cref="InvalidJobException">The job breaks a rule; nothing was sent.</exception>
    /// <exception cref="IdempotencyKeyReusedException">The key was used for another job; nothing was created.</exception>
    Task<string> EnqueueAsync(JobRequest job, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Creates all the jobs or none: at most 10,000, which become visible at once.</summary>
    /// <returns>The jobs' ids in the order of <paramref name="jobs"/>.</returns>
    /// <remarks>Jobs are read from <paramref name="jobs"/> while those before them are on their way.</remarks>
    /// <exception cref="InvalidJobException">A job breaks a rule; none was created.</exception>
    Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, CancellationToken cancellationToken);

    /// <summary>Creates all the jobs or none, once for each key.</summary>
    /// <returns>The ids of the jobs that the first call with this key created.</returns>
    /// <exception cref="InvalidJobException">A job breaks a rule; nothing was sent.</exception>
    /// <exception cref="IdempotencyKeyReusedException">The key was used for other jobs; nothing was created.</exception>
    Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the job is final, at once where it is already: told by the job's event, not by polling, and through a
    /// lost connection to Redis. Bound it with the token, for example of a <see cref="CancellationTokenSource"/> with a time.
    /// </summary>
    /// <exception cref="JobGoneException">There is no such job, or it is no longer kept.</exception>
    Task<JobEnd> WaitAsync(string id, CancellationToken cancellationToken);
}

/// <summary>The common case in one line: <c>await client.EnqueueAsync&lt;GreetJob&gt;(new GreetArgs("Ada"), cancellationToken)</c>.</summary>
public static class SchedulerClientExtensions
{
    /// <summary>Creates one job of this handler's type.</summary>
    /// <typeparam name="THandler">A class with <c>[JobType]</c>.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="args">The handler's arguments; null = none.</param>
    /// <param name="cancellationToken">Gives the call up before it is sent.</param>
    /// <returns>The job's id.</returns>
    public static Task<string> EnqueueAsync<THandler>(this ISchedulerClient client, object? args, CancellationToken cancellationToken)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.EnqueueAsync(JobRequest.For<THandler>(args), cancellationToken);
    }

    /// <summary>Creates one job and gives its result when it has succeeded, on whichever worker.</summary>
    /// <typeparam name="TResult">What the handler returns.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="job">What to run.</param>
    /// <param name="cancellationToken">Gives the waiting up; the job goes on.</param>
    /// <exception cref="JobNotSucceededException">The job failed for good or was deleted.</exception>
    public static async Task<TResult?> EnqueueAndWaitAsync<TResult>(this ISchedulerClient client, JobRequest job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var id = await client.EnqueueAsync(job, cancellationToken);
        return (await client.WaitAsync(id, cancellationToken)).ResultAs<TResult>();
    }

    /// <summary>As the other, for one handler's type: <c>await client.EnqueueAndWaitAsync&lt;AddJob, Sum&gt;(new AddArgs(1, 2), token)</c>.</summary>
    /// <typeparam name="THandler">A class with <c>[JobType]</c>.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <exception cref="JobNotSucceededException">The job failed for good or was deleted.</exception>
    public static Task<TResult?> EnqueueAndWaitAsync<THandler, TResult>(this ISchedulerClient client, object? args, CancellationToken cancellationToken)
        where THandler : class => client.EnqueueAndWaitAsync<TResult>(JobRequest.For<THandler>(args), cancellationToken);
}
