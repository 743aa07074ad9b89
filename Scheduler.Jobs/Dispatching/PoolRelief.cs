using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Gives the thread pool more threads while handlers block those that it has. By itself the pool adds one or two a second: until then
/// claimed jobs do not begin, and a connection that was lost is not made anew, so that their leases run out.
/// </summary>
internal sealed partial class PoolRelief(IOptions<WorkerOptions> options, ILogger<PoolRelief> logger) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // Whoever waits twice so long for a thread, while hardly anything is completed, finds all of them blocked, not just busy.
    private const int LooksUntilStarved = 2;
    private const int CompletedByBusyThread = 10;
    private const int Step = 8;

    // For everything but handlers: connections, timers, loops.
    private const int Spare = 16;

    // A thread costs memory; whoever blocks more of them needs CPU-bound types.
    private const int Most = 512;

    // Half a minute without need.
    private const int CalmLooks = 120;

    private readonly int most = Math.Min(options.Value.Concurrency + Spare, Most);
    private readonly ManualResetEvent stopped = new(initialState: false);
    private volatile bool answered = true;
    private long completedBefore;
    private int unanswered;
    private int calm;
    private int added;
    private Thread? thread;

    public void Start()
    {
        thread = new Thread(WatchUntilStopped) { IsBackground = true, Name = "Scheduler pool relief", Priority = ThreadPriority.AboveNormal };
        thread.Start();
    }

    public void Stop() => stopped.Set();

    public void Dispose()
    {
        stopped.Set();
        if (thread?.Join(TimeSpan.FromSeconds(1)) != false)
            stopped.Dispose();
    }

    private void WatchUntilStopped()
    {
        while (!stopped.WaitOne(Look))
        {
            if (IsStarved())
                Relieve();
            else if (added > 0 && ++calm >= CalmLooks)
                GiveBack();
        }
        GiveBack();
    }

    private bool IsStarved()
    {
        if (answered)
        {
            Ask();
            return false;
        }
        return ++unanswered >= LooksUntilStarved
            && ThreadPool.CompletedWorkItemCount - completedBefore < (long)unanswered * CompletedByBusyThread * ThreadPool.ThreadCount;
    }

    private void Ask()
    {
        answered = false;
        (unanswered, completedBefore) = (0, ThreadPool.CompletedWorkItemCount);
        ThreadPool.UnsafeQueueUserWorkItem(static relief => relief.answered = true, this, preferLocal: false);
    }

    private void Relieve()
    {
        calm = 0;
        ThreadPool.GetMinThreads(out var least, out var completions);
        var wanted = Math.Min(Math.Max(least, ThreadPool.ThreadCount) + Step, most);
        if (wanted <= least || !ThreadPool.SetMinThreads(wanted, completions))
            return;
        if (added == 0)
            LogRelieved(ThreadPool.ThreadCount);
        added += wanted - least;
    }

    private void GiveBack()
    {
        ThreadPool.GetMinThreads(out var least, out var completions);
        ThreadPool.SetMinThreads(Math.Max(least - added, 1), completions);
        (added, calm) = (0, 0);
    }

    [LoggerMessage(1153, LogLevel.Warning, "All {Threads} threads of the pool are blocked by handlers; it gets more. Await in handlers, or mark their types CPU-bound.")]
    private partial void LogRelieved(int threads);
}
