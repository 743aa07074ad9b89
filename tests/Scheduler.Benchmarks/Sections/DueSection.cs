using System.Globalization;
using Scheduler.Benchmarks.Children;
using Scheduler.Benchmarks.Due;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary>Time: how late jobs start that are due at an instant, and those of schedules.</summary>
internal sealed class DueSection : Section
{
    private static readonly TimeSpan EverySecondFor = TimeSpan.FromSeconds(10);

    public override string Name => "due";

    public override int Order => 20;

    public override async Task RunAsync(Bench bench)
    {
        foreach (var appendOnly in new[] { false, true })
            await RunAsync(bench, appendOnly);
    }

    private static async Task RunAsync(Bench bench, bool appendOnly)
    {
        var table = new Table($"Lateness of start, ms, appendonly {(appendOnly ? "yes, everysec" : "no")}",
            "what", "peer", "started", "first", "p50", "p99", "last", "last created", "within 50 ms, %", "Redis µs a job");
        await using var redis = await RedisServer.StartAsync(appendOnly);
        foreach (var start in PeersOf(bench.Options, redis))
        {
            await using var peer = await start();
            // Just-in-time compilation, connections, scripts.
            await DelayedAsync(redis, peer, 200);
            await FiringAsync(redis, peer, 200);
            foreach (var (what, measure) in Measures(bench.Options, redis, peer))
                Add(table, what, peer, await measure());
            await redis.CleanAsync();
        }
        table.Print();
    }

    // Those that are not asked for take part too, unless some are: a section of its own kind, with its own peers.
    private static IEnumerable<Func<Task<DuePeer>>> PeersOf(BenchOptions options, RedisServer redis)
    {
        bool Wants(string name) => options.Peers.Count == 0 || options.Peers.Contains(name);
        if (Wants(SchedulerPeer.Id))
            yield return async () => new SchedulerDue(await SchedulerHosts.StartWorkerAsync(redis.Port, null));
        if (Wants("quartz"))
            yield return QuartzDue.StartAsync;
        if (Wants(StockHangfirePeer.Id))
            yield return () => Task.FromResult<DuePeer>(new StockDue(redis.Port));
    }

    private static IEnumerable<(string What, Func<Task<Lateness>> Measure)> Measures(BenchOptions options, RedisServer redis, DuePeer peer)
    {
        var many = options.Count(10_000, 2_000);
        yield return ("one delayed job at a time", () => OneByOneAsync(redis, peer, options.Count(100, 30)));
        yield return ("100 schedules, each second for 10 s", () => EverySecondAsync(redis, peer, 100));
        yield return ($"{many:N0} delayed jobs due at one instant", () => DelayedAsync(redis, peer, many));
        yield return ($"{many:N0} schedules due in one second", () => FiringAsync(redis, peer, many));
    }

    private static void Add(Table table, string what, DuePeer peer, Lateness late)
    {
        string At(double share) => Table.Number(Figures.Percentile(late.Ms, share));
        table.Add(what, peer.Name, late.Ms.Length == late.Expected ? $"{late.Expected:N0}" : $"{late.Ms.Length:N0} of {late.Expected:N0}",
            At(0), At(0.5), At(0.99), At(1), late.LastCreated is { } created ? Table.Number(created) : "-", Table.Number(100.0 * late.Ms.Count(l => l <= 50) / late.Expected), Table.Number(late.RedisUs));
    }

    private static Task<Lateness> DelayedAsync(RedisServer redis, DuePeer peer, int count) =>
        MeasureAsync(redis, peer, count, (at, us) => peer.DelayAsync(count, at, us), isFiring: false);

    private static Task<Lateness> FiringAsync(RedisServer redis, DuePeer peer, int count) =>
        MeasureAsync(redis, peer, count, (at, us) => peer.FireAtAsync(count, at, us), isFiring: true);

    private static async Task<Lateness> MeasureAsync(RedisServer redis, DuePeer peer, int count, Func<DateTimeOffset, long, Task> put, bool isFiring)
    {
        var at = Instants.SecondAfter(peer.TimeToPut(count));
        var us = Recorder.NowUs + (long)(at - TimeProvider.System.GetUtcNow()).TotalMicroseconds;
        Recorder.TakeSamples();
        await put(at, us);
        // What comes ahead of the instant belongs to it, what the puts cost does not.
        if (at - TimeSpan.FromSeconds(1.5) - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } wait)
            await Task.Delay(wait);
        var before = await redis.SampleAsync();
        await WaitForAsync(count, at + TimeSpan.FromSeconds(5 + ((double)count / peer.SlowestRate)));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var costs = (await redis.SampleAsync()).Since(before, count);
        return new Lateness(Samples(), count, costs["redis_us"], isFiring ? await peer.LastCreatedAsync(at) : null);
    }

    private static async Task<Lateness> OneByOneAsync(RedisServer redis, DuePeer peer, int count)
    {
        Recorder.TakeSamples();
        var before = await redis.SampleAsync();
        for (var i = 0; i < count; i++)
        {
            var (at, us) = Instants.In(TimeSpan.FromMilliseconds(60 + (i * 7 % 40)));
            await peer.DelayAsync(1, at, us);
            await Task.Delay(110);
        }
        await WaitForAsync(count, TimeProvider.System.GetUtcNow().AddSeconds(5));
        return new Lateness(Samples(), count, (await redis.SampleAsync()).Since(before, count)["redis_us"]);
    }

    private static async Task<Lateness> EverySecondAsync(RedisServer redis, DuePeer peer, int count)
    {
        var from = Instants.SecondAfter(peer.TimeToPut(count));
        var to = from + EverySecondFor - TimeSpan.FromSeconds(1);
        Recorder.TakeSamples();
        var before = await redis.SampleAsync();
        await peer.EverySecondAsync(count, from, to);
        if (to.AddSeconds(2) - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } wait)
            await Task.Delay(wait);
        var expected = count * (int)EverySecondFor.TotalSeconds;
        return new Lateness(Samples(), expected, (await redis.SampleAsync()).Since(before, expected)["redis_us"]);
    }

    private static async Task WaitForAsync(int count, DateTimeOffset patience)
    {
        while (Recorder.SampleCount < count && TimeProvider.System.GetUtcNow() < patience)
            await Task.Delay(20);
    }

    private static double[] Samples() =>
        [.. Recorder.TakeSamples().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => double.Parse(s, CultureInfo.InvariantCulture))];

    /// <param name="LastCreated">Of schedules: when the last of their jobs was there, whether or not it had started.</param>
    private sealed record Lateness(double[] Ms, int Expected, double RedisUs, double? LastCreated = null);
}
