namespace Scheduler.IntegrationTests.Search;

/// <summary>An hour passes at every look.</summary>
internal sealed class RestlessClock : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref ticks, TimeSpan.TicksPerHour);
}
