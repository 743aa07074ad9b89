namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Wakes the one loop that waits on it. A signal given before the wait is remembered, so that a loop which looks again
/// after every wait misses nothing; several signals before one wait count once.
/// </summary>
internal sealed class WakeSignal(TimeProvider time)
{
    private volatile TaskCompletionSource armed = NewSource();

    public void Set() => armed.TrySetResult();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await armed.Task.WaitAsync(cancellationToken);
        Rearm();
    }

    /// <summary>Returns at the signal, or after <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var current = armed;
        await using var timer = time.CreateTimer(
            static source => ((TaskCompletionSource)source!).TrySetResult(), current, longest, Timeout.InfiniteTimeSpan);
        await current.Task.WaitAsync(cancellationToken);
        Rearm();
    }

    // Before the caller looks at the world again: a signal from here on ends its next wait.
    private void Rearm() => armed = NewSource();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
