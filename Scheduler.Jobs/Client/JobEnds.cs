using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using StackExchange.Redis;

namespace Scheduler.Jobs.Client;

/// <summary>Waits for the ends of jobs: told by their events, whatever becomes of the connection meanwhile.</summary>
internal sealed class JobEnds(EventFeed feed, TimeProvider time)
{
    // One wait of the feed; it ends earlier with the job.
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="JobGoneException">There is no such job.</exception>
    public async Task<JobEnd> WaitAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var job = await feed.WaitForFinalAsync(id, Round, cancellationToken) ?? throw new JobGoneException(id);
                if (JobStates.IsFinal(job.State))
                    return new JobEnd(id, job.State.ToLowerInvariant(), job.Result, job.Error?.Type, job.Error?.Message);
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                // The connection comes back by itself; what happened meanwhile is read then.
                await Task.Delay(OutagePause, time, cancellationToken);
            }
        }
    }
}
