namespace Scheduler.Jobs.Engine;

/// <summary>A child process of a worker, which runs isolated jobs.</summary>
/// <param name="JobId">The job it runs; null while it stands ready.</param>
/// <param name="Attempts">Attempts it was given so far.</param>
/// <param name="MemoryBytes">Resident memory; 0 where the system does not say.</param>
internal sealed record WorkerChild(int Pid, string? JobId, int Attempts, long MemoryBytes, DateTimeOffset StartedAt);
