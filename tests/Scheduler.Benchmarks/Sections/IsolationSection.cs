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
    private static readonly (string Name, string Way, int Jobs)[] Harms =
    [
        ("endless loop", "loop", 1), ("leak of 500 MB", "leak", 1), ("64 blocked threads", "block", 1), ("ignored cancellation", "ignore", 1),
        ("FailFast", "fail", 1), ("stack overflow", "overflow", 1), ("endless loop on both cores", "loop both", 2),
    ];

    public override string Name => "isolation";

    public override int Order => 9;

    public override async Task RunAsync(Bench bench)
    {
        await using var redis = await RedisServer.StartAsync();
        await CostAsync(bench.Options, redis);
        foreach (var weight in new[] { "25", "1" })
            await HarmAsync(bench.Options, redis, weight);
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

    // Each harm between two measurements without any: what these two differ by is noise.
    private static async Task HarmAsync(BenchOptions options, RedisServer redis, string weight)
    {
        var count = options.Count(3000, 1000);
        await using var worker = await StartAsync(redis, "Scheduler:Isolation:MinIdle", "2", "Scheduler:Isolation:Max", "2", "Scheduler:Isolation:HardKillAfter", "00:00:01",
            "Scheduler:Isolation:CpuWeight", weight, "Scheduler:Retry:BaseDelay", "00:00:01", "Scheduler:Retry:MaxDelay", "00:00:01");
        await OneByOneAsync(worker, "bench.here", 2000);
        var table = new Table($"Other jobs of the same worker while isolated ones harm their processes, CpuWeight {weight}",
            "harm", "p50 ms", "beside nothing", "p99 ms", "beside nothing", "p99 without harm, before and after");
        var before = await OneByOneAsync(worker, "bench.here", count);
        foreach (var (name, way, jobs) in Harms)
        {
            await worker.AskAsync($"harm {way.Split(' ')[0]} {JobsFor(way, jobs, count)}");
            var times = await OneByOneAsync(worker, "bench.here", count);
            await worker.AskAsync("calm all 0");
            var after = await OneByOneAsync(worker, "bench.here", count);
            double[] quiet = [.. before, .. after];
            table.Add(name, At(times, 0.5), Beside(times, quiet, 0.5), At(times, 0.99), Beside(times, quiet, 0.99), At(before, 0.99) + "; " + At(after, 0.99));
            before = after;
        }
        table.Print();
    }

    // Those that are over at once: one every six seconds, that is a death every two, as long as the measurement takes.
    private static int JobsFor(string way, int jobs, int count) => way is "leak" or "fail" or "overflow" ? 1 + (count / 800) : jobs;

    private static string At(double[] times, double share) => Table.Number(Figures.Percentile(times, share));

    private static string Beside(double[] times, double[] quiet, double share) =>
        ((Figures.Percentile(times, share) / Figures.Percentile(quiet, share)) - 1).ToString("+0 %;-0 %", CultureInfo.InvariantCulture);

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
