using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>What one worker with nothing to do costs: all peers at the same time, each on a server of its own.</summary>
internal sealed class IdleSection : Section
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public override string Name => "idle";

    public override int Order => 5;

    public override async Task RunAsync(Bench bench)
    {
        var seconds = bench.Options.Count(60, 15);
        var found = await Task.WhenAll(bench.Peers.Where(p => p.Name != SchedulerHangfirePeer.Id).Select(p => MeasureAsync(p, TimeSpan.FromSeconds(seconds))));
        var table = new Table($"An idle worker, over {seconds} s", "peer", "Redis commands/s", "Redis CPU µs/s", "RSS MB");
        foreach (var (peer, figures) in found)
            table.Add(peer.Name, Table.Number(figures.Get("commands")), Table.Number(figures.Get("redis_us")), Table.Number(figures.Get("rss")));
        table.Print();
    }

    private static async Task<(Peer Peer, Figures Figures)> MeasureAsync(Peer peer, TimeSpan time)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var worker = await peer.StartWorkerAsync(redis, peer.Concurrency ?? peer.Concurrencies[^1]);
        await Task.Delay(Settle);
        var before = await redis.SampleAsync();
        await Task.Delay(time);
        var after = await redis.SampleAsync();
        var figures = after.Since(before, after.SecondsSince(before));
        figures["rss"] = ProcessUsage.RssMb(worker.Id);
        return (peer, figures);
    }
}
