namespace Scheduler.Jobs.Dispatching;

/// <summary>What wakes the loops of a worker. Each signal has one loop that waits on it.</summary>
internal sealed class WorkerSignals(TimeProvider time)
{
    /// <summary>A queue may hold a job for us.</summary>
    public WakeSignal Claimable { get; } = new(time);

    /// <summary>The schedule has a new first entry.</summary>
    public WakeSignal Due { get; } = new(time);

    /// <summary>Keys may have gone missing: look whether every job is where its state says.</summary>
    public WakeSignal Doubt { get; } = new(time);

    /// <summary>Our record should be written again.</summary>
    public WakeSignal Changed { get; } = new(time);
}
