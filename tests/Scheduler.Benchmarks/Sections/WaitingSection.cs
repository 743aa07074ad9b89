using System.Diagnostics;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>5,000 preloaded jobs that await 100 ms: the whole time from the start of the worker's process to the last job.</summary>
internal sealed class WaitingSection : Section
{
    private const int Jobs = 5000;

    public override string Name => "waiting";

    public override int Order => 3;

    public override async Task RunAsync(Bench bench)
    {
        await using var redis = await RedisServer.StartAsync();
        var found = await bench.InTurnAsync(bench.Peers, peer => MeasureAsync(peer, redis));
        var table = new Table($"{Jobs:N0} jobs that await 100 ms", "peer", "at a time", "from the process's start, s", "from the first job, s", "peak RSS MB");
        foreach (var peer in bench.Peers)
        {
            var f = found[peer];
            table.Add(peer.Name, Table.Number(peer.WaitingConcurrency), Table.Number(f.Get("whole")), Table.Number(f.Get("running")), Table.Number(f.Get("rss")));
        }
        table.Print();
    }

    private static async Task<Figures> MeasureAsync(Peer peer, RedisServer redis)
    {
        await redis.CleanAsync();
        await WorkerRun.PreloadAsync(peer, redis, Jobs, "wait", await redis.SampleAsync());
        var started = Stopwatch.StartNew();
        await using var worker = peer.StartWorker(redis, peer.WaitingConcurrency);
        var first = await worker.ReachAsync(1);
        var last = await worker.ReachAsync(Jobs);
        return new Figures
        {
            ["whole"] = started.Elapsed.TotalSeconds,
            // The first to end began 100 ms before.
            ["running"] = (last.Microseconds - first.Microseconds) / 1e6 + 0.1,
            ["rss"] = ProcessUsage.PeakRssMb(worker.Id),
        };
    }
}
