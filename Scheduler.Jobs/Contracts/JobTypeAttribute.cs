namespace Scheduler.Jobs.Contracts;

/// <summary>
/// Gives a job handler the name by which API callers and schedules ask for it. The name is a contract:
/// it is stored with every job, so rename the class freely, but never the job type.
/// </summary>
/// <param name="name">Lower-case dotted words, for example <c>report.daily</c>: <c>[a-z0-9_.-]</c>, 1 to 100 characters.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class JobTypeAttribute(string name) : Attribute
{
    /// <summary>The job type's name, for example <c>http.request</c>.</summary>
    public string Name { get; } = name;

    /// <summary>One sentence for <c>GET /api/v1/job-types</c> and the documentation page.</summary>
    public string Description { get; init; } = "";

    /// <summary>The queue used when the caller names none. Default: <c>default</c>.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>Attempts in all when the caller names no number; 0 (the default) means <c>Scheduler:Retry:MaxAttempts</c>.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>
    /// True for a handler that keeps a CPU busy or blocks its thread: it runs on the worker's bounded set of
    /// dedicated threads, so that it cannot starve the handlers that await. Default: false.
    /// </summary>
    public bool CpuBound { get; init; }
}
