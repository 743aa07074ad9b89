using System.Globalization;
using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Observation;

/// <summary>Commands per second that Redis answers; commands inside scripts count.</summary>
internal static class CommandRate
{
    public static async Task<double> MeasureAsync(Fleet fleet, TimeSpan time, CancellationToken cancellationToken)
    {
        var (before, since) = (await ReadAsync(fleet), Monotonic.Now);
        await Task.Delay(time, cancellationToken);
        var (after, until) = (await ReadAsync(fleet), Monotonic.Now);
        return (after - before) * 1000.0 / (until - since);
    }

    private static async Task<long> ReadAsync(Fleet fleet) => long.Parse(
        (await fleet.Primary.InfoAsync("stats")).SelectMany(g => g).First(l => l.Key == "total_commands_processed").Value, CultureInfo.InvariantCulture);
}
