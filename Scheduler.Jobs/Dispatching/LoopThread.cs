using System.Collections.Concurrent;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// A thread of its own for a loop: what the loop awaits comes back to this thread, where it may also call Redis synchronously
/// without taking a thread from the handlers, or waiting for one.
/// </summary>
internal sealed class LoopThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> work = [];

    private LoopThread()
    {
    }

    /// <summary>Completes, or fails, as the loop does.</summary>
    public static Task RunAsync(string name, Func<Task> loop)
    {
        var context = new LoopThread();
        var ended = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => context.Pump(loop, ended)) { IsBackground = true, Name = name }.Start();
        return ended.Task.Unwrap();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            work.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The loop is over; what it left behind may run anywhere.
            base.Post(d, state);
        }
    }

    private void Pump(Func<Task> loop, TaskCompletionSource<Task> ended)
    {
        SetSynchronizationContext(this);
        var running = loop();
        running.ContinueWith(_ => work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        foreach (var (callback, state) in work.GetConsumingEnumerable())
            callback(state);
        ended.SetResult(running);
    }
}
