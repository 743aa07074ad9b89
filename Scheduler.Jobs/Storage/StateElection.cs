using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>Lets Hangfire's filters elect and apply the states of an attempt, and commits what they decided.</summary>
internal sealed partial class StateElection(SchedulerStorage storage, IJobFilterProvider filters, ILogger<StateElection> logger)
{
    private const int Attempts = 10;

    private readonly StateMachine machine = new(filters);

    /// <summary>
    /// The claim has written Processing. Only where a filter might have a word in it are the filters asked, and the state written
    /// again with what they make of it. False where they chose another state, or the job is no longer ours.
    /// </summary>
    public bool Announce(ExpressionAttempt attempt)
    {
        if (HasInertFilters(attempt))
            return true;
        var state = HangfireInternals.NewProcessingState(attempt.WorkerId, attempt.WorkerId);
        return Apply(attempt, state, EnqueuedState.StateName, machine) is ProcessingState;
    }

    /// <summary>
    /// The end of an attempt that ran. A success in which no filter and no handler has a word is left to the caller, who commits it
    /// together with others; any other state is elected, applied and committed here, and the answer is null.
    /// </summary>
    public JobOutcome? End(ExpressionAttempt attempt, IState state)
    {
        if (state is SucceededState success && HasInertFilters(attempt) && !HasOwnSuccessHandler() && StateChange.TryReadResult(success, out var result))
            return new JobOutcome.Succeeded(attempt.Id, attempt.Fence, result, TimeSpan.FromMilliseconds(success.PerformanceDuration)) { Claimed = attempt.Claimed.Job };
        Apply(attempt, state, ProcessingState.StateName, machine);
        return null;
    }

    /// <summary>A type that is not allowed will not be so next time either: no filter may have it tried again.</summary>
    public void FailUnloaded(ExpressionAttempt attempt, JobLoadException problem)
    {
        var cause = problem.InnerException ?? problem;
        var state = new FailedState(cause, attempt.WorkerId) { Reason = problem.Message };
        Apply(attempt, state, ProcessingState.StateName, cause is TypeNotAllowedException ? machine.InnerStateMachine : machine);
    }

    // Filters that keep failing must not keep the job from ending.
    private IState? Apply(ExpressionAttempt attempt, IState state, string oldState, IStateMachine with)
    {
        for (var i = 1; ; i++)
        {
            try
            {
                return ApplyOnce(attempt, state, oldState, with);
            }
            catch (Exception problem) when (problem is not StackExchange.Redis.RedisException and not TimeoutException)
            {
                LogFilterFailed(logger, problem, attempt.Id, state.Name, i);
                if (i < Attempts)
                    continue;
                var failed = new FailedState(problem, attempt.WorkerId)
                {
                    Reason = $"Failed to change state to a '{state.Name}' one due to an exception after {Attempts} retry attempts",
                };
                return ApplyOnce(attempt, failed, oldState, machine.InnerStateMachine);
            }
        }
    }

    // Null where the claim is gone.
    private IState? ApplyOnce(ExpressionAttempt attempt, IState state, string oldState, IStateMachine with)
    {
        using var transaction = (SchedulerTransaction)attempt.Connection.CreateWriteTransaction();
        var context = new ApplyStateContext(storage, attempt.Connection, transaction, attempt.Job, state, oldState);
        HangfireInternals.CustomDataOf(context) = attempt.CustomData;
        var applied = with.ApplyState(context);
        transaction.Commit();
        return transaction.IsStale ? null : applied;
    }

    // Hangfire's own filters do nothing when a job starts or succeeds: counters are the transitions', continuations are started afterwards.
    private bool HasInertFilters(ExpressionAttempt attempt) => attempt.HasInertFilters ??= filters.GetFilters(attempt.Job.Job).All(f =>
        f.Instance is not (IElectStateFilter or IApplyStateFilter)
        || f.Instance is AutomaticRetryAttribute or StatisticsHistoryAttribute or ContinuationsSupportAttribute or QueueAttribute);

    private static bool HasOwnSuccessHandler() =>
        GlobalStateHandlers.Handlers.Any(h => h.StateName == SucceededState.StateName && h.GetType().Assembly != typeof(SucceededState).Assembly);

    [LoggerMessage(1521, LogLevel.Warning, "A filter failed when job {JobId} was to become {State} (try {Try})")]
    private static partial void LogFilterFailed(ILogger logger, Exception problem, string jobId, string state, int @try);
}
