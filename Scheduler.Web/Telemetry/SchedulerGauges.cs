using System.Diagnostics.Metrics;
using Scheduler.Jobs.Engine;

namespace Scheduler.Web.Telemetry;

/// <summary>What <c>/metrics</c> tells of queues and workers: the newest sample. Names are listed in docs/telemetry.md.</summary>
internal sealed class SchedulerGauges
{
    private volatile IReadOnlyList<QueueRecord> queues = [];
    private volatile IReadOnlyList<WorkerRecord> workers = [];
    private volatile IReadOnlyDictionary<string, long> states = new Dictionary<string, long>();

    public SchedulerGauges(IMeterFactory meters)
    {
        var meter = meters.Create(MetricsEndpoints.Meter);
        meter.CreateObservableGauge("scheduler.queue.length", () => OfQueues(q => q.Length), "{job}", "Jobs waiting in a queue.");
        meter.CreateObservableGauge("scheduler.queue.oldest_age", () => OfQueues(q => q.OldestAge?.TotalSeconds ?? 0), "s", "How long the oldest job of a queue has waited.");
        meter.CreateObservableGauge("scheduler.queue.processing", () => OfQueues(q => q.Processing), "{job}", "Running jobs that came from a queue.");
        meter.CreateObservableGauge("scheduler.queue.paused", () => OfQueues(q => q.Paused ? 1 : 0), "{queue}", "1 while a queue is paused.");
        meter.CreateObservableGauge("scheduler.jobs.stored", OfStates, "{job}", "Jobs that are kept, by state.");
        meter.CreateObservableGauge("scheduler.workers", () => workers.Count, "{worker}", "Live worker processes.");
        meter.CreateObservableGauge("scheduler.workers.running", () => workers.Sum(w => w.Running), "{job}", "Jobs in flight in all workers.");
    }

    public void Show(IReadOnlyList<QueueRecord> sampledQueues, IReadOnlyList<WorkerRecord> sampledWorkers, IReadOnlyDictionary<string, long> sampledStates) =>
        (queues, workers, states) = (sampledQueues, sampledWorkers, sampledStates);

    private IEnumerable<Measurement<long>> OfStates() =>
        states.Select(s => new Measurement<long>(s.Value, new KeyValuePair<string, object?>("state", s.Key.ToLowerInvariant())));

    private IEnumerable<Measurement<T>> OfQueues<T>(Func<QueueRecord, T> value) where T : struct =>
        queues.Select(q => new Measurement<T>(value(q), new KeyValuePair<string, object?>("queue", q.Name)));
}
