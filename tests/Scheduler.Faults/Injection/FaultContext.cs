using Scheduler.Faults.Cluster;
using Scheduler.Faults.Load;

namespace Scheduler.Faults.Injection;

/// <summary>What a fault may touch.</summary>
/// <param name="Random">The lane's own: no two lanes share one.</param>
internal sealed record FaultContext(Fleet Fleet, Recorder Recorder, LoadGenerator Load, Random Random, CancellationToken Stop)
{
    public TimeSpan Between(double fromSeconds, double toSeconds) => TimeSpan.FromSeconds(fromSeconds + (Random.NextDouble() * (toSeconds - fromSeconds)));

    /// <summary>Holds on for a while; ends early when the campaign stops its faults. What was done is undone in any case.</summary>
    public async Task HoldAsync(TimeSpan time) => await Task.Delay(time, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
