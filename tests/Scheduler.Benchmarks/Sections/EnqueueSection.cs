using System.Globalization;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>Jobs a second into an empty store from one process, a 100-byte argument each; without and with the append-only file.</summary>
internal sealed class EnqueueSection : Section
{
    private static readonly string[] Modes = ["seq", "conc", "bulk"];

    public override string Name => "enqueue";

    public override int Order => 1;

    public override async Task RunAsync(Bench bench)
    {
        foreach (var appendOnly in new[] { false, true })
        {
            await using var redis = await RedisServer.StartAsync(appendOnly);
            var found = await bench.InTurnAsync(bench.Peers, peer => MeasureAsync(bench, peer, redis));
            Print(found, bench, appendOnly);
        }
    }

    private static async Task<Figures> MeasureAsync(Bench bench, Peer peer, RedisServer redis)
    {
        await using var producer = await peer.StartProducerAsync(redis);
        var figures = new Figures();
        foreach (var mode in peer.EnqueueModes)
        {
            var count = CountOf(bench.Options, peer, mode);
            await redis.CleanAsync();
            var (before, cpu) = (await redis.SampleAsync(), producer.Cpu);
            var seconds = double.Parse(await producer.AskAsync($"enqueue {mode} {count} noop"), CultureInfo.InvariantCulture);
            var costs = (await redis.SampleAsync()).Since(before, count);
            figures[mode] = count / seconds;
            figures[mode + "_client_us"] = (producer.Cpu - cpu).TotalMicroseconds / count;
            foreach (var (name, value) in costs)
                figures[mode + "_" + name] = value;
        }
        return figures;
    }

    private static int CountOf(BenchOptions options, Peer peer, string mode) => mode switch
    {
        "seq" => peer.CountOf(options, 20_000, 8_000),
        "conc" => peer.CountOf(options, 100_000, 30_000),
        _ => peer.CountOf(options, 200_000, 60_000),
    };

    private static void Print(IReadOnlyDictionary<Peer, Figures> found, Bench bench, bool appendOnly)
    {
        var table = new Table($"Enqueue, jobs/s, appendonly {(appendOnly ? "yes, everysec" : "no")}",
            "peer", "one after the other", "32 at once", "bulk (500 a call)", "client µs (one / 32 / bulk)", "Redis µs (one / 32 / bulk)", "Redis commands", "bytes waiting");
        var stock = found[Peer.Stock];
        foreach (var peer in bench.Peers)
        {
            var f = found[peer];
            table.Add(peer.Name, Table.Ratio(f.Get("seq"), stock.Get("seq")), Table.Ratio(f.Get("conc"), stock.Get("conc")),
                Table.Ratio(f.Get("bulk"), stock.Get("conc")),
                Costs(f, "client_us"), Costs(f, "redis_us"), Table.Number(f.Get("conc_commands")), Table.Number(f.Get("conc_bytes")));
        }
        table.Print();
    }

    private static string Costs(Figures figures, string name) =>
        string.Join(" / ", Modes.Select(mode => Table.Number(figures.Get($"{mode}_{name}"))));
}
