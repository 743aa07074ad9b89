namespace Scheduler.Jobs.Contracts;

/// <summary>
/// Runs the job type in a child process of the worker, one job at a time in each: whatever the handler does to its process
/// (a stack overflow, a leak, an endless loop, a native crash), it hurts nothing but its own attempt.
/// Children are started ahead and used again, so a run costs two short messages more than in the worker itself.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class IsolatedAttribute : Attribute
{
    /// <summary>Memory that the child and all it started may use, in megabytes; 0 (the default) means <c>Scheduler:Isolation:MemoryLimitMegabytes</c>.</summary>
    public int MemoryLimitMegabytes { get; init; }
}
