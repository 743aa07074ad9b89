namespace Scheduler.Jobs.Contracts;

/// <summary>Thrown by a handler whose job can never succeed: the job fails at once, whatever attempts are left.</summary>
public sealed class JobFailedException : Exception
{
    /// <param name="message">Shown as the job's error.</param>
    /// <param name="inner">The cause, or null.</param>
    public JobFailedException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>Thrown by a handler that knows when trying again makes sense, for example from <c>Retry-After</c>. Spends an attempt.</summary>
public sealed class RetryLaterException : Exception
{
    /// <param name="message">Shown as the attempt's error.</param>
    /// <param name="delay">How long to wait before the next attempt; replaces the policy's backoff.</param>
    /// <param name="inner">The cause, or null.</param>
    public RetryLaterException(string message, TimeSpan delay, Exception? inner = null) : base(message, inner) => Delay = delay;

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Delay { get; }
}

/// <summary>Thrown when the job cannot run right now through no fault of its own: it goes back without spending an attempt.</summary>
public sealed class JobSnoozedException : Exception
{
    /// <param name="reason">Shown in the job's history.</param>
    /// <param name="delay">How long to wait before it may be claimed again.</param>
    public JobSnoozedException(string reason, TimeSpan delay) : base(reason) => Delay = delay;

    /// <summary>How long to wait before the job may be claimed again.</summary>
    public TimeSpan Delay { get; }
}
