namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Repeats a step until it is told to stop. Nothing that a step throws ends the loop or the process: it is logged,
/// waited out with a growing, jittered pause, and the step runs again.
/// </summary>
internal sealed class ResilientLoop(OutageLog outages, TimeProvider time, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public async Task RunAsync(string name, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await TryAsync(name, step, cancellationToken))
                failures = 0;
            else
                await PauseAsync(++failures, cancellationToken);
        }
    }

    /// <summary>The same care for one step of a loop that has a thread of its own. False where the step failed.</summary>
    public bool Try(string name, Action step)
    {
        try
        {
            step();
            outages.Recovered(name);
            return true;
        }
        catch (Exception e)
        {
            outages.Failed(name, e);
            return false;
        }
    }

    private async Task<bool> TryAsync(string name, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
            outages.Recovered(name);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception e)
        {
            outages.Failed(name, e);
            return false;
        }
    }

    private async Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        var longest = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, failures - 1), LongestPause.TotalSeconds);
        var pause = TimeSpan.FromSeconds(longest * (0.5 + (random.NextDouble() / 2)));
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
