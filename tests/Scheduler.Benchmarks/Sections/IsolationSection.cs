using System.Globalization;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>
/// Jobs in child processes: what they cost beside jobs in the worker, warm and cold, and what other jobs notice of one that harms its process.
/// Only this scheduler has them.
/// </summary>
internal sealed class IsolationSection : Section
{
    // Those that are over at once come again every two seconds.
    private static readonly (string Name, string Way, int Jobs)[] Harms =
    [
        ("endless loop", "loop", 1), ("leak of 500 MB", "leak", 5), ("64 blocked threads", "block", 1), ("ignored cancellation", "ignore", 1),
        ("FailFast", "fail", 5), ("stack overflow", "overflow", 5), ("endless loop on both cores", "loop both", 2),
    ];

    public override string Name => "isolation";

    public override int Order => 9;

    public override async Task RunAsync(Bench bench)
    {
        await using var redis = await RedisServer.StartAsync();
        await CostAsync(bench.Options, redis);
        await HarmAsync(bench.Options, redis);
    }

    private static async Task CostAsync(BenchOptions options, RedisServer redis)
    {
        var table = new Table("A job that does nothing, in the worker and in a child process", "where", "enqueue to result p50 ms", "p99 ms", "jobs/s, many at once");
        await using (var worker = await StartAsync(redis, "Scheduler:Isolation:MinIdle", "2", "Scheduler:Isolation:Max", "2"))
        {
            foreach (var (where, type) in new[] { ("worker", "bench.here"), ("warm child", "bench.isolated") })
            {
                await OneByOneAsync(worker, type, 100);
                var times = await OneByOneAsync(worker, type, options.Count(1000, 200));
                var rate = await worker.AskAsync($"many {type} {options.Count(type == "bench.here" ? 8000 : 4000, 1000)}");
                table.Add(where, Table.Number(Figures.Percentile(times, 0.5)), Table.Number(Figures.Percentile(times, 0.99)), Rate(rate));
            }
        }

        await using (var worker = await StartAsync(redis, "Scheduler:Isolation:MinIdle", "0", "Scheduler:Isolation:MaxJobsPerChild", "1", "Scheduler:Isolation:Max", "2"))
        {
            var times = await OneByOneAsync(worker, "bench.isolated", options.Count(20, 5));
            var rate = await worker.AskAsync($"many bench.isolated {options.Count(20, 6)}");
            table.Add("cold child", Table.Number(Figures.Percentile(times, 0.5)), Table.Number(Figures.Percentile(times, 0.99)), Rate(rate));
        }
        table.Print();
    }

    private static async Task HarmAsync(BenchOptions options, RedisServer redis)
    {
        var count = options.Count(1500, 300);
        await using var worker = await StartAsync(redis, "Scheduler:Isolation:MinIdle", "2", "Scheduler:Isolation:Max", "2", "Scheduler:Isolation:HardKillAfter", "00:00:01",
            "Scheduler:Retry:BaseDelay", "00:00:01", "Scheduler:Retry:MaxDelay", "00:00:01");
        await OneByOneAsync(worker, "bench.here", 500);
        List<(string Name, double[] Times)> rows = [("nothing", await OneByOneAsync(worker, "bench.here", count))];
        foreach (var (name, way, jobs) in Harms)
        {
            await worker.AskAsync($"harm {way.Split(' ')[0]} {jobs}");
            rows.Add((name, await OneByOneAsync(worker, "bench.here", count)));
            await worker.AskAsync("calm all 0");
        }
        rows.Add(("nothing, again", await OneByOneAsync(worker, "bench.here", count)));

        var quiet = (Figures.Percentile(rows[0].Times, 0.99) + Figures.Percentile(rows[^1].Times, 0.99)) / 2;
        var table = new Table("Other jobs of the same worker while isolated ones harm their processes", "harm", "enqueue to result p50 ms", "p99 ms", "p99 beside nothing");
        foreach (var (name, times) in rows)
            table.Add(name, Table.Number(Figures.Percentile(times, 0.5)), Table.Number(Figures.Percentile(times, 0.99)), ((Figures.Percentile(times, 0.99) / quiet) - 1).ToString("+0 %;-0 %", CultureInfo.InvariantCulture));
        table.Print();
    }

    private static async Task<Child> StartAsync(RedisServer redis, params string[] settings)
    {
        await redis.CleanAsync();
        var child = Child.Start(Peer.OwnProgram(SchedulerPeer.Id, redis.Port, "isolate", settings));
        await child.ReadyAsync();
        return child;
    }

    private static async Task<double[]> OneByOneAsync(Child worker, string type, int count) =>
        [.. (await worker.AskAsync($"one {type} {count}")).Split(' ').Select(ms => double.Parse(ms, CultureInfo.InvariantCulture))];

    private static string Rate(string text) => Table.Number(double.Parse(text, CultureInfo.InvariantCulture));
}
