using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Telemetry;

/// <summary>Samples queues and workers for <see cref="SchedulerGauges"/>, so that a scrape never waits for the store.</summary>
internal sealed class GaugeSampler(SchedulerGauges gauges, QueueStore queues, WorkerStore workers, StateCountStore states, TimeProvider time) : BackgroundService
{
    /// <summary>About Prometheus's usual scrape interval, and next to nothing for the store.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
            await SampleAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>A store that is away leaves no values: old ones would look like new ones.</summary>
    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        try
        {
            gauges.Show(await queues.ListAsync(cancellationToken).InTime(), await workers.ListAsync(cancellationToken).InTime(), await states.ReadAsync(cancellationToken).InTime());
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            gauges.Show([], [], new Dictionary<string, long>());
        }
    }
}
