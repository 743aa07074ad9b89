using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.DeadLetters;

namespace Scheduler.Jobs.Dispatching;

/// <summary>What a handler's exception asks for.</summary>
internal enum FailureKind
{
    /// <summary>Spend the attempt; try again as the policy says.</summary>
    Retry,

    /// <summary>Spend the attempt; fail for good.</summary>
    Fail,

    /// <summary>Spend nothing; try again after the delay.</summary>
    Snooze,
}

/// <summary>A handler's exception, read where its type is known: in the process that ran it.</summary>
/// <param name="Message">For a person: the exception's short name and message; of a snooze its reason alone.</param>
/// <param name="Delay">The time the handler chose; null = as the policy says.</param>
internal sealed record HandlerFailure(FailureKind Kind, string Message, TimeSpan? Delay)
{
    /// <summary>The stable word of the job's error.</summary>
    public string ErrorType { get; init; } = JobErrors.ExceptionType;

    /// <summary>Where the exception came from, as a hash: failed jobs are grouped by it.</summary>
    public string? Trace { get; init; }

    /// <param name="rules">The job type's.</param>
    public static HandlerFailure Of(Exception exception, ExceptionRules rules) => exception is IsolatedFailureException isolated
        ? isolated.Failure
        : Read(exception, rules) with { ErrorType = JobErrors.TypeOf(exception), Trace = FailureTrace.Of(exception) };

    private static HandlerFailure Read(Exception exception, ExceptionRules rules) => exception switch
    {
        JobSnoozedException snoozed => new(FailureKind.Snooze, snoozed.Message, snoozed.Delay),
        JobFailedException => new(FailureKind.Fail, JobErrors.Describe(exception), null),
        RetryLaterException later => new(FailureKind.Retry, JobErrors.Describe(exception), later.Delay),
        _ => OfRule(exception, rules.For(exception)),
    };

    private static HandlerFailure OfRule(Exception exception, OnExceptionAttribute? rule) => new(
        rule is { Retry: false } ? FailureKind.Fail : FailureKind.Retry,
        JobErrors.Describe(exception),
        rule is { DelaySeconds: >= 0 and var seconds } ? TimeSpan.FromSeconds(seconds) : null);
}

/// <summary>A handler's exception that was thrown in a child process.</summary>
/// <param name="failure">What it asks for.</param>
/// <param name="details">The exception with its stack trace, as the child wrote it: for the host's log only.</param>
internal sealed class IsolatedFailureException(HandlerFailure failure, string details) : Exception(failure.Message)
{
    public HandlerFailure Failure { get; } = failure;

    public override string ToString() => details;
}
