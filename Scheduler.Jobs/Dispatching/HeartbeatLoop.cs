using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Announces this worker every few seconds and whenever its state changes, and hears whether it was asked to drain.</summary>
internal sealed class HeartbeatLoop(
    WorkerStore workers, WorkerIdentity worker, WorkerDuty duty, JobTypeRegistry types, IOptions<WorkerOptions> options, JobSlots slots,
    WorkerSignals signals, ResilientLoop loop, ProcessPool pool, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // Where the record says nothing new, every second beat: well within the silence after which a worker is removed.
    private static readonly TimeSpan LongestSilence = 1.9 * Period;

    private readonly IReadOnlyList<string> queues = QueueOrder.Parse(options.Value.Queues).Names;
    private readonly int concurrency = options.Value.Concurrency;
    private readonly IReadOnlyDictionary<string, string> labels = options.Value.Labels;
    private readonly string[] typeNames = [.. types.All.Select(t => t.Name)];

    private WorkerRecord? last;
    private long lastSent;

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("heartbeat", BeatAsync, stopping);

    private async Task BeatAsync(CancellationToken stopping)
    {
        var record = new WorkerRecord(worker.Id, worker.Host, queues, concurrency, slots.Used, worker.StartedAt, time.GetUtcNow(),
            duty.IsDraining, typeNames) { Labels = labels, Children = pool.Describe() };
        if (IsNews(record))
            await SendAsync(record, stopping);
        await signals.Changed.WaitAsync(Period, stopping);
    }

    private bool IsNews(WorkerRecord record) =>
        last is null || record.Running > 0 || last.Running > 0 || record.Draining != last.Draining
        || time.GetElapsedTime(lastSent) > LongestSilence;

    private async Task SendAsync(WorkerRecord record, CancellationToken stopping)
    {
        if (await workers.HeartbeatAsync(record, stopping))
            duty.StopClaiming();
        lastSent = time.GetTimestamp();
        last = record;
    }
}
