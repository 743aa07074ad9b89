using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Insight;

/// <summary>Answers how many workers a queue needs for its jobs to start within a time.</summary>
internal sealed class Autoscaler(QueueStore queues, WorkerStore workers, PaceStore pace, IOptions<WorkerOptions> options)
{
    /// <param name="concurrency">Jobs a worker runs at a time, where none lives that could tell; null = this process's own setting.</param>
    /// <returns>A queue nobody has used counts as empty: a scaler may ask before the first job.</returns>
    public async Task<(ScaleAdvice Advice, ScaleFacts Facts, QueueRecord Queue)> AskAsync(
        string name, TimeSpan targetWait, int? concurrency, CancellationToken cancellationToken)
    {
        var queue = await queues.GetAsync(name, cancellationToken) ?? new QueueRecord(name, 0, null, 0, null);
        var measured = await pace.ReadAndSampleAsync(name, queue.Length, cancellationToken);
        var serving = (await workers.ListAsync(cancellationToken)).Where(w => !w.Draining && w.Queues.Contains(name)).ToList();
        var slots = serving.Count > 0 ? serving.Average(w => w.Concurrency) : concurrency ?? options.Value.Concurrency;
        var facts = new ScaleFacts(queue.Length, queue.Processing, queue.Paused, serving.Count, Math.Max(slots, 1), measured);
        return (ScaleAdvice.For(facts, targetWait), facts, queue);
    }
}
