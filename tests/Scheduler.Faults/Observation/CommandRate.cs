using System.Globalization;
using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Observation;

/// <summary>Commands per second that Redis answers; commands inside scripts count.</summary>
internal static class CommandRate
{
    private const int MostWindows = 5;
    private const double Noise = 20;

    public static async Task<double> MeasureAsync(Fleet fleet, TimeSpan time, CancellationToken cancellationToken)
    {
        var (before, since) = (await ReadAsync(fleet), Monotonic.Now);
        await Task.Delay(time, cancellationToken);
        var (after, until) = (await ReadAsync(fleet), Monotonic.Now);
        return (after - before) * 1000.0 / (until - since);
    }

    /// <summary>
    /// The least of some windows. What goes on in each of them is a loop; the look for misplaced jobs, which workers take a quarter of a
    /// minute after their start, costs some hundred commands a second for thousands of jobs, and is over in the next window.
    /// </summary>
    /// <param name="before">The rate before there were jobs; a window as quiet as that ends the measurement.</param>
    public static async Task<double> MeasureAtRestAsync(Fleet fleet, TimeSpan time, double before, CancellationToken cancellationToken)
    {
        var least = double.MaxValue;
        for (var window = 0; window < MostWindows && least > before + Noise; window++)
            least = Math.Min(least, await MeasureAsync(fleet, time, cancellationToken));
        return least;
    }

    private static async Task<long> ReadAsync(Fleet fleet) => long.Parse(
        (await fleet.Primary.InfoAsync("stats")).SelectMany(g => g).First(l => l.Key == "total_commands_processed").Value, CultureInfo.InvariantCulture);
}
