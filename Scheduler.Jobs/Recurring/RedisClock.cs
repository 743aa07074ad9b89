namespace Scheduler.Jobs.Recurring;

/// <summary>Redis's clock between two readings of it. It may run behind by as long as a reading took, never ahead.</summary>
internal sealed class RedisClock(DateTimeOffset reading, TimeProvider time)
{
    private readonly long readAt = time.GetTimestamp();

    public DateTimeOffset Now => reading + time.GetElapsedTime(readAt);
}
