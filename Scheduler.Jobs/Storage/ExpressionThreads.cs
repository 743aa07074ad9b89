using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Threads of their own for expression jobs, whose filters are synchronous and whose methods may block: they cannot take the
/// pool's threads from what awaits. Started when there is work for one more; a job beyond the last one waits its turn.
/// </summary>
internal sealed class ExpressionThreads : TaskScheduler, IDisposable
{
    private const int Most = 256;

    private readonly BlockingCollection<Task> waiting = [];
    private readonly Lock gate = new();
    private int started;
    private int idle;

    public ExpressionThreads(IOptions<WorkerOptions> options) => MaximumConcurrencyLevel = Math.Min(options.Value.Concurrency, Most);

    public override int MaximumConcurrencyLevel { get; }

    // Hidden from the job: what it starts belongs on the pool, as everywhere.
    public Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.HideScheduler, this);

    public void Dispose() => waiting.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        waiting.Add(task);
        lock (gate)
        {
            if (started < MaximumConcurrencyLevel && idle < waiting.Count)
                new Thread(Work) { IsBackground = true, Name = $"Hangfire job {++started}" }.Start();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    private void Work()
    {
        while (true)
        {
            Interlocked.Increment(ref idle);
            Task? task;
            try
            {
                if (!waiting.TryTake(out task, Timeout.Infinite))
                    return;
            }
            finally
            {
                Interlocked.Decrement(ref idle);
            }
            TryExecuteTask(task);
        }
    }
}
