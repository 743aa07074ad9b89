using System.Globalization;
using Scheduler.Benchmarks.Children;

namespace Scheduler.Benchmarks.Due;

/// <summary>
/// A product asked for jobs at instants. Producer and worker are this process, and each job notes how late it starts by this
/// process's clock, so that no message has a part in the figure.
/// </summary>
internal abstract class DuePeer : IAsyncDisposable
{
    protected const string Payload = "0123456789";

    private const int Lanes = 32;

    public abstract string Name { get; }

    /// <summary>Jobs it starts a second once they are due, at the least: how long to wait for them.</summary>
    public virtual int SlowestRate => 2_000;

    /// <summary>Time to put so many delayed jobs, or schedules, in place.</summary>
    public virtual TimeSpan TimeToPut(int count) => TimeSpan.FromSeconds(2 + (count / 5_000.0));

    /// <summary>Jobs that are to start at one instant.</summary>
    public abstract Task DelayAsync(int count, DateTimeOffset at, long us);

    /// <summary>Schedules that fire at each second within a range.</summary>
    public abstract Task EverySecondAsync(int count, DateTimeOffset from, DateTimeOffset to);

    /// <summary>Schedules that fire first at one whole second.</summary>
    public abstract Task FireAtAsync(int count, DateTimeOffset at, long us);

    /// <summary>Milliseconds from the instant until the newest job was created; null where the product does not tell.</summary>
    public virtual Task<double?> LastCreatedAsync(DateTimeOffset at) => Task.FromResult<double?>(null);

    public abstract ValueTask DisposeAsync();

    /// <summary>Many callers at once.</summary>
    protected static async Task InLanesAsync(int count, Func<int, Task> call)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Lanes, count)).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await call(i);
        })));
    }

    /// <summary>Six fields, seconds first, for one second of each hour.</summary>
    protected static string HourlyAt(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.Second} {at.Minute} * * * ");
}

/// <summary>Instants of a measurement.</summary>
internal static class Instants
{
    /// <summary>An instant on the wall clock, and on the monotonic one.</summary>
    public static (DateTimeOffset At, long Us) In(TimeSpan wait)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds((TimeProvider.System.GetUtcNow() + wait).ToUnixTimeMilliseconds());
        return (at, Recorder.NowUs + (long)(at - TimeProvider.System.GetUtcNow()).TotalMicroseconds);
    }

    /// <summary>The first whole second after this time.</summary>
    public static DateTimeOffset SecondAfter(TimeSpan wait) =>
        DateTimeOffset.FromUnixTimeSeconds((TimeProvider.System.GetUtcNow() + wait).ToUnixTimeSeconds() + 1);
}
