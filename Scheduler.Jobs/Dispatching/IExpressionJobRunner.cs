using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Runs a job made with Hangfire's expression API, through Hangfire's filters and states. Where these have a word in how it ends, the
/// runner commits the job's next state itself, under the claim's fence; the dispatcher renews the lease meanwhile and frees the slot afterwards.
/// </summary>
internal interface IExpressionJobRunner
{
    /// <param name="cancellationToken">Fires on cancel, lost lease and shutdown; the runner then throws <see cref="OperationCanceledException"/> without a commit.</param>
    /// <returns>The outcome, to be committed with those of other jobs; null where the next state is written, or may not be.</returns>
    Task<JobOutcome?> RunAsync(ClaimedJob claimed, string workerId, CancellationToken cancellationToken);
}
