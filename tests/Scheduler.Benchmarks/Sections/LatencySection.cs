using System.Globalization;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>
/// From the begin of the enqueue call to the job's first line, across processes. Unloaded: one job each 20 ms. Half load: half of what
/// the same producer and worker manage together when both go as fast as they can.
/// </summary>
internal sealed class LatencySection : Section
{
    public override string Name => "latency";

    public override int Order => 4;

    public override async Task RunAsync(Bench bench)
    {
        await using var redis = await RedisServer.StartAsync();
        var found = await bench.InTurnAsync(bench.Peers, peer => MeasureAsync(bench, peer, redis));
        var table = new Table("Enqueue to start, ms", "peer", "unloaded p50", "p99", "half load, jobs/s", "p50", "p99");
        foreach (var peer in bench.Peers)
        {
            var f = found[peer];
            table.Add(peer.Name, Table.Number(f.Get("p50")), Table.Number(f.Get("p99")), Table.Number(f.Get("load")), Table.Number(f.Get("load_p50")), Table.Number(f.Get("load_p99")));
        }
        table.Print();
    }

    private static async Task<Figures> MeasureAsync(Bench bench, Peer peer, RedisServer redis)
    {
        await redis.CleanAsync();
        await using var producer = await peer.StartProducerAsync(redis);
        await using var worker = await peer.StartWorkerAsync(redis, peer.Concurrency ?? peer.Concurrencies[^1]);
        await producer.AskAsync("spaced 50 10");
        await worker.AskAsync("samples");

        await producer.AskAsync($"spaced {bench.Options.Count(500, 150)} 20");
        var unloaded = await SamplesAsync(worker);

        var seconds = bench.Options.Count(4, 2);
        var capacity = await CapacityAsync(producer, worker, seconds);
        await producer.AskAsync($"paced {(int)Math.Max(1, capacity / 2)} {seconds}");
        await DrainAsync(worker);
        var loaded = await SamplesAsync(worker);
        return new Figures
        {
            ["p50"] = Figures.Percentile(unloaded, 0.5),
            ["p99"] = Figures.Percentile(unloaded, 0.99),
            ["load"] = loaded.Length / (double)seconds,
            ["load_p50"] = Figures.Percentile(loaded, 0.5),
            ["load_p99"] = Figures.Percentile(loaded, 0.99),
        };
    }

    /// <summary>Jobs done a second while jobs come in without a pause.</summary>
    private static async Task<double> CapacityAsync(Child producer, Child worker, int seconds)
    {
        var before = worker.Last;
        await producer.AskAsync($"flood {seconds}");
        var rate = worker.Last.RateSince(before with { Microseconds = worker.Last.Microseconds - seconds * 1_000_000L });
        await DrainAsync(worker);
        return rate;
    }

    /// <summary>Waits until the worker has had nothing to report for a while.</summary>
    private static async Task DrainAsync(Child worker)
    {
        long seen;
        do
        {
            seen = worker.Last.Count;
            await Task.Delay(500);
        } while (worker.Last.Count != seen);
    }

    private static async Task<double[]> SamplesAsync(Child worker) =>
        [.. (await worker.AskAsync("samples")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => double.Parse(s, CultureInfo.InvariantCulture))];
}
