using System.Collections.Concurrent;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// One thread per core for handlers that compute or block: they queue here instead of filling the thread pool, on which
/// everything that awaits depends.
/// </summary>
internal sealed class CpuBoundThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> waiting = [];
    private readonly Lazy<Thread[]> threads;

    public CpuBoundThreads() => threads = new Lazy<Thread[]>(StartThreads);

    public override int MaximumConcurrencyLevel => Environment.ProcessorCount;

    /// <summary>Runs the work here, and what it continues with after an await, too.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public void Dispose() => waiting.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        _ = threads.Value;
        waiting.Add(task);
    }

    // Only on our own threads: elsewhere it would run on a pool thread after all.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && threads.Value.Contains(Thread.CurrentThread) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    private Thread[] StartThreads()
    {
        var started = new Thread[MaximumConcurrencyLevel];
        for (var i = 0; i < started.Length; i++)
        {
            started[i] = new Thread(Work) { IsBackground = true, Name = $"Scheduler CPU-bound job {i + 1}" };
            started[i].Start();
        }

        return started;
    }

    private void Work()
    {
        foreach (var task in waiting.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
