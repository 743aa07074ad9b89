namespace Scheduler.Jobs.Contracts;

/// <summary>A checkpoint was not saved: the job is no longer this attempt's. Let it end the handler.</summary>
public sealed class CheckpointRefusedException(string message) : Exception(message);
