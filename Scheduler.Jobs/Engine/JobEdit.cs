namespace Scheduler.Jobs.Engine;

/// <summary>What is to change of a job that waits; null = stays.</summary>
/// <param name="Type">The job's type, for which the arguments were checked.</param>
/// <param name="Delay">From now on. Excludes <paramref name="RunAt"/>.</param>
/// <param name="Args">As JSON text.</param>
internal sealed record JobEdit(string Type, TimeSpan? Delay, DateTimeOffset? RunAt, string? Queue, string? Args);

internal enum EditResult
{
    Edited,
    NotFound,

    /// <summary>It runs, or is final.</summary>
    NotWaiting,
}
