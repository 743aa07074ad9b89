using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Harness;

/// <summary>Preloads jobs that do nothing, starts workers, and measures them between the first tenth and the last job.</summary>
internal static class WorkerRun
{
    public static async Task<Figures> MeasureAsync(Peer peer, RedisServer redis, int jobs, int? concurrency, int processes)
    {
        await redis.CleanAsync();
        var empty = await redis.SampleAsync();
        var preload = await PreloadAsync(peer, redis, jobs, "noop", empty);
        var workers = new Child[processes];
        try
        {
            for (var i = 0; i < processes; i++)
                workers[i] = peer.StartWorker(redis, concurrency);
            var (first, before) = await ReachAsync(workers, redis, jobs / 10);
            var cpu = CpuOf(workers);
            var (last, after) = await ReachAsync(workers, redis, jobs);
            return new Figures
            {
                ["jobs"] = jobs,
                ["rate"] = last.RateSince(first),
                ["life_redis_us"] = preload + after.Since(before, last.Count - first.Count)["redis_us"],
                ["worker_us"] = (CpuOf(workers) - cpu).TotalMicroseconds / (last.Count - first.Count),
                ["bytes_left"] = after.Since(empty, jobs)["bytes"],
                ["rss"] = workers.Sum(w => ProcessUsage.PeakRssMb(w.Id)),
            }.With(Without(after.Since(before, last.Count - first.Count), "bytes"));
        }
        finally
        {
            foreach (var worker in workers.OfType<Child>())
                await worker.DisposeAsync();
        }
    }

    /// <summary>Redis's microseconds for each job.</summary>
    public static async Task<double> PreloadAsync(Peer peer, RedisServer redis, int jobs, string kind, RedisSample empty)
    {
        await using var producer = await peer.StartProducerAsync(redis);
        var before = await redis.SampleAsync();
        await producer.AskAsync($"enqueue {peer.PreloadMode} {jobs} {kind}");
        return (await redis.SampleAsync()).Since(before, jobs)["redis_us"];
    }

    /// <summary>The sum of all workers' reports, as soon as it is so many.</summary>
    public static async Task<(Progress Progress, RedisSample Sample)> ReachAsync(IReadOnlyList<Child> workers, RedisServer redis, long count)
    {
        if (workers.Count == 1)
            return (await workers[0].ReachAsync(count), await redis.SampleAsync());
        while (true)
        {
            var sum = workers.Sum(w => w.Last.Count);
            if (sum >= count)
                return (new Progress(sum, workers.Max(w => w.Last.Microseconds)), await redis.SampleAsync());
            await Task.Delay(2);
        }
    }

    private static TimeSpan CpuOf(IEnumerable<Child> workers) => workers.Aggregate(TimeSpan.Zero, (sum, w) => sum + w.Cpu);

    private static Figures Without(Figures figures, string name)
    {
        figures.Remove(name);
        return figures;
    }
}
