using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Renews what this process holds through Hangfire's storage API: locks, and jobs fetched by stock servers. One thread, one
/// script for all of a kind, nothing while nothing is held. What cannot be renewed in time is marked lost, and never retried.
/// </summary>
internal sealed partial class LeaseKeeper(RedisClient redis, ClaimStore claims, TimeProvider time, ILogger<LeaseKeeper> logger) : IDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private const int ChunkSize = 200;

    private static readonly RedisScript RenewLocks = RedisScript.Load("renew_locks", allowOutOfMemory: true);

    private readonly ConcurrentDictionary<StorageLock, long> locks = new();
    private readonly ConcurrentDictionary<SchedulerFetchedJob, long> jobs = new();
    private readonly ManualResetEventSlim stopped = new();
    private readonly Lock gate = new();
    private Thread? thread;

    public void Hold(StorageLock held) => Hold(locks, held);

    public void Hold(SchedulerFetchedJob fetched) => Hold(jobs, fetched);

    public void Forget(StorageLock held) => locks.TryRemove(held, out _);

    public void Forget(SchedulerFetchedJob fetched) => jobs.TryRemove(fetched, out _);

    public void Dispose() => stopped.Set();

    /// <summary>One pass; the thread's own, and the tests'.</summary>
    public void RenewAll()
    {
        Renew(locks, RenewLocksOnce, held => held.MarkLost());
        Renew(jobs, RenewJobsOnce, fetched => fetched.MarkLost());
    }

    private void Hold<T>(ConcurrentDictionary<T, long> all, T held) where T : notnull
    {
        all[held] = time.GetTimestamp();
        lock (gate)
        {
            if (thread is not null)
                return;
            thread = new Thread(Run) { IsBackground = true, Name = "Hangfire storage leases" };
            thread.Start();
        }
    }

    private void Run()
    {
        while (!stopped.Wait(Lease / 3))
            RenewAll();
    }

    private void Renew<T>(ConcurrentDictionary<T, long> all, Func<T[], IEnumerable<T>> renew, Action<T> markLost) where T : notnull
    {
        foreach (var chunk in all.Keys.Chunk(ChunkSize))
        {
            var asked = time.GetTimestamp();
            var lost = TryRenew(all, chunk, renew, out var isRenewed);
            foreach (var held in chunk)
            {
                if (lost.Contains(held))
                {
                    all.TryRemove(held, out _);
                    markLost(held);
                }
                else if (isRenewed && all.TryGetValue(held, out var before))
                {
                    // Not put back where it was given up meanwhile.
                    all.TryUpdate(held, asked, before);
                }
            }
        }
    }

    // Without an answer from Redis a lease holds until it has run out by our own clock.
    private HashSet<T> TryRenew<T>(ConcurrentDictionary<T, long> all, T[] chunk, Func<T[], IEnumerable<T>> renew, out bool isRenewed) where T : notnull
    {
        try
        {
            HashSet<T> lost = [.. renew(chunk)];
            isRenewed = true;
            return lost;
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            LogNotRenewed(logger, problem, chunk.Length);
            isRenewed = false;
            return [.. chunk.Where(held => all.TryGetValue(held, out var renewed) && time.GetElapsedTime(renewed) >= Lease)];
        }
    }

    private IEnumerable<StorageLock> RenewLocksOnce(StorageLock[] held)
    {
        var values = held.Select(l => (RedisValue)l.Value);
        var reply = RenewLocks.Run(redis, [.. held.Select(l => l.Key)], [(long)Lease.TotalMilliseconds, .. values]);
        return held.Where((_, i) => (int)reply[i] == 0);
    }

    private IEnumerable<SchedulerFetchedJob> RenewJobsOnce(SchedulerFetchedJob[] held)
    {
        var lost = claims.Renew([.. held.Select(j => (j.JobId, j.Fence))], Lease).ToHashSet();
        return held.Where(j => lost.Contains(j.JobId));
    }

    [LoggerMessage(1501, LogLevel.Warning, "{Count} leases of Hangfire's storage could not be renewed; they count as lost when they run out")]
    private static partial void LogNotRenewed(ILogger logger, Exception problem, int count);
}
