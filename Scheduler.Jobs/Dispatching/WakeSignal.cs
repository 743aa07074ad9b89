namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Wakes the one loop that waits on it. A signal given before the wait is remembered, so that a loop which looks again
/// after every wait misses nothing; several signals before one wait count once.
/// </summary>
internal sealed class WakeSignal(TimeProvider time)
{
    private volatile TaskCompletionSource<bool> armed = NewSource();

    public void Set() => armed.TrySetResult(true);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await armed.Task.WaitAsync(cancellationToken);
        Rearm();
    }

    /// <summary>True at the signal, false after <paramref name="longest"/> without one.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var current = armed;
        await using var timer = time.CreateTimer(
            static source => ((TaskCompletionSource<bool>)source!).TrySetResult(false), current, longest, Timeout.InfiniteTimeSpan);
        var signalled = await current.Task.WaitAsync(cancellationToken);
        Rearm();
        return signalled;
    }

    // Before the caller looks at the world again: a signal from here on ends its next wait.
    private void Rearm() => armed = NewSource();

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
