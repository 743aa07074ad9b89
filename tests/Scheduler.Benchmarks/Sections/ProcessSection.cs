using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>Preloaded jobs that do nothing, from the first tenth done to the last, through one and two worker processes.</summary>
internal sealed class ProcessSection : Section
{
    public override string Name => "process";

    public override int Order => 2;

    public override async Task RunAsync(Bench bench)
    {
        foreach (var appendOnly in new[] { false, true })
        {
            await using var redis = await RedisServer.StartAsync(appendOnly);
            await Concurrencies.SweepAsync(bench, redis);
            var one = await bench.InTurnAsync(bench.Peers, peer => MeasureAsync(bench, peer, redis, processes: 1));
            var two = await bench.InTurnAsync(bench.Peers, peer => MeasureAsync(bench, peer, redis, processes: 2));
            Print(bench, one, two, appendOnly);
        }
    }

    private static Task<Figures> MeasureAsync(Bench bench, Peer peer, RedisServer redis, int processes) =>
        WorkerRun.MeasureAsync(peer, redis, peer.CountOf(bench.Options, 50_000, 50_000), peer.Concurrency, processes);

    private static void Print(Bench bench, IReadOnlyDictionary<Peer, Figures> one, IReadOnlyDictionary<Peer, Figures> two, bool appendOnly)
    {
        var table = new Table($"Process jobs that do nothing, jobs/s, appendonly {(appendOnly ? "yes, everysec" : "no")}",
            "peer", "jobs", "at a time", "1 process", "2 processes", "Redis commands", "worker µs", "Redis µs: run", "Redis µs: whole life", "bytes left", "peak RSS MB");
        foreach (var peer in bench.Peers)
        {
            var f = one[peer];
            table.Add(peer.Name, Table.Number(f.Get("jobs")), peer.Concurrency is { } n ? Table.Number(n) : "default",
                Table.Ratio(f.Get("rate"), one[Peer.Stock].Get("rate")), Table.Ratio(two[peer].Get("rate"), one[Peer.Stock].Get("rate")),
                Table.Number(f.Get("commands")), Table.Number(f.Get("worker_us")), Table.Number(f.Get("redis_us")), Table.Number(f.Get("life_redis_us")),
                Table.Number(f.Get("bytes_left")), Table.Number(f.Get("rss")));
        }
        table.Print();
    }
}
