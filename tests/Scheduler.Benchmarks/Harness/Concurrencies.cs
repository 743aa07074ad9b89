namespace Scheduler.Benchmarks.Harness;

/// <summary>The best number of jobs at a time for each peer that has more than one to try: found once, on a share of the jobs.</summary>
internal static class Concurrencies
{
    public static async Task SweepAsync(Bench bench, RedisServer redis)
    {
        foreach (var peer in bench.Peers.Where(p => p.Concurrencies.Count > 1 && p.Concurrency is null))
        {
            var jobs = peer.CountOf(bench.Options, 20_000, 8_000);
            var rates = new Dictionary<int, double>();
            foreach (var concurrency in peer.Concurrencies)
                rates[concurrency!.Value] = (await WorkerRun.MeasureAsync(peer, redis, jobs, concurrency, processes: 1))["rate"];
            peer.Concurrency = rates.MaxBy(r => r.Value).Key;
            Console.WriteLine($"{peer.Name}: best of {string.Join(", ", rates.Select(r => $"{r.Key} at a time {r.Value:N0}/s"))}");
        }
    }
}
