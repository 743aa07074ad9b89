namespace Scheduler.Jobs.Insight;

/// <summary>How fast a queue is worked off and filled, measured over the last minute.</summary>
/// <param name="EndsPerSecond">Attempts that ended.</param>
/// <param name="MeanDuration">Of these attempts; null where none ended.</param>
/// <param name="ArrivalsPerSecond">Jobs that came into the queue; null where nobody noted its length before.</param>
internal sealed record QueuePace(double EndsPerSecond, TimeSpan? MeanDuration, double? ArrivalsPerSecond)
{
    public static readonly QueuePace Unknown = new(0, null, null);
}
