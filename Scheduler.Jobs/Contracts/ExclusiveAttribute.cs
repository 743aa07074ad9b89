namespace Scheduler.Jobs.Contracts;

/// <summary>
/// At most one job with the same resource runs at a time in the whole fleet. A job that finds its resource taken goes back
/// without spending an attempt and without holding a worker.
/// </summary>
/// <param name="resource">
/// The resource's name; <c>{member}</c> is replaced by that member of the job's arguments (camelCase, as in the JSON),
/// for example <c>[Exclusive("report-{customerId}")]</c>. On a Hangfire expression method <c>{0}</c> is its first argument.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class ExclusiveAttribute(string resource) : Attribute
{
    /// <summary>The resource pattern.</summary>
    public string Resource { get; } = resource;

    /// <summary>Seconds after which a waiting job looks again; a shorter time starts it sooner and costs more. Default: 1.</summary>
    public double RetrySeconds { get; init; } = 1;

    /// <summary>Seconds after which the lock is given up whatever the job does, and its token fires. Default: 3,600 (one hour).</summary>
    public double MaximumHoldSeconds { get; init; } = 3600;
}
