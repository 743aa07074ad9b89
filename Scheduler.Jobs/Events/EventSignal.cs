namespace Scheduler.Jobs.Events;

/// <summary>Wakes everybody who waits. Take <see cref="Next"/> first, then look; then no change can slip between the two.</summary>
internal sealed class EventSignal
{
    private TaskCompletionSource next = NewSource();

    public Task Next => Volatile.Read(ref next).Task;

    public void Raise() => Interlocked.Exchange(ref next, NewSource()).TrySetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
