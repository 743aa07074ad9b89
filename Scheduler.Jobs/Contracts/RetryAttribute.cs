namespace Scheduler.Jobs.Contracts;

/// <summary>
/// When a job type's failed attempts are tried again. What is left out is as configured (<c>Scheduler:Retry</c>); what a caller
/// names at enqueue wins. How many attempts: <see cref="JobTypeAttribute.MaxAttempts"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RetryAttribute : Attribute
{
    /// <summary>Upper bound of the first retry's random delay, in seconds; doubles with each attempt.</summary>
    public double BaseDelaySeconds { get; init; } = double.NaN;

    /// <summary>Longest delay between two attempts, in seconds.</summary>
    public double MaxDelaySeconds { get; init; } = double.NaN;

    /// <summary>
    /// The delays themselves instead of a growing random one, in seconds; the last repeats. Without a number of attempts
    /// there is one more than there are delays.
    /// </summary>
    public double[] DelaysSeconds { get; init; } = [];

    /// <summary>No attempt starts when the job has been due for longer than this, in seconds.</summary>
    public double MaxAgeSeconds { get; init; } = double.NaN;
}

/// <summary>What one kind of exception means for a job type, derived kinds included; the nearest kind wins.</summary>
/// <param name="exception">The exception's type.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class OnExceptionAttribute(Type exception) : Attribute
{
    /// <summary>The exception's type.</summary>
    public Type Exception { get; } = exception;

    /// <summary>False: the job fails at once, whatever attempts are left. Default: true.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>The delay of the next attempt, in seconds, instead of the policy's.</summary>
    public double DelaySeconds { get; init; } = double.NaN;
}

/// <summary>Time limits of a job type where the caller names none.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TimeLimitAttribute : Attribute
{
    /// <summary>The longest one attempt may take, in seconds; 0 (the default) = no limit.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// A handler that has called <see cref="JobContext.Heartbeat"/> must do so again within this time, in seconds;
    /// 0 (the default) = <c>Scheduler:Worker:HeartbeatTimeout</c>.
    /// </summary>
    public double HeartbeatSeconds { get; init; }
}
