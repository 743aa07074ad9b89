using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>What the store says about a job that waits in its queue.</summary>
/// <param name="Ahead">Jobs that come before it; null where it is not among the 100,000 next.</param>
/// <param name="IsSetAside">A worker met it and cannot run its type, or no more jobs of it.</param>
/// <param name="IsSuspect">Two processes have died with it, and so it waits to run alone.</param>
internal sealed record WaitFacts(DateTimeOffset Now, long QueueLength, long? Ahead, bool IsSetAside, bool IsSuspect, QueuePause? Pause)
{
    private static readonly RedisScript ReadWait = RedisScript.LoadReader("read_wait");

    public static async Task<WaitFacts> ReadAsync(RedisClient redis, JobRecord job, CancellationToken cancellationToken)
    {
        var reply = await ReadWait.RunAsync(redis, [], [job.Id, job.Queue, job.Type]).WaitAsync(cancellationToken);
        var ahead = (long)reply[2];
        return new WaitFacts(DateTimeOffset.FromUnixTimeMilliseconds((long)reply[0]), (long)reply[1], ahead < 0 ? null : ahead,
            (int)reply[3] == 1, (int)reply[3] == 2, QueuePause.Read((string?)reply[4]));
    }
}
