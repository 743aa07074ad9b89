using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Benchmarks.Children;
using Scheduler.Benchmarks.Due;
using Scheduler.Benchmarks.Harness;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;

namespace Scheduler.Benchmarks.Sections;

/// <summary>Time at scale: a great number of schedules and of waiting jobs, and how fast the latter are promoted.</summary>
internal sealed class DueScaleSection : Section
{
    public override string Name => "due-scale";

    public override int Order => 21;

    public override async Task RunAsync(Bench bench)
    {
        var table = new Table("Scale", "what", "count", "s", "a second", "p50, ms", "p99, ms");
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await PutSchedulesAsync(table, redis, bench.Options.Count(100_000, 10_000));
        await redis.CleanAsync();
        await PromoteAsync(table, redis, bench.Options.Count(1_000_000, 50_000));
        table.Print();
    }

    private static async Task PutSchedulesAsync(Table table, RedisServer redis, int count)
    {
        await using var host = await SchedulerHosts.StartWorkerAsync(redis.Port, null);
        var yearly = new ScheduleTiming { Cron = "0 0 1 1 *" };
        await SchedulerDue.PutAsync(host, "warm", 1_000, yearly);
        await TimeAsync(table, "schedules put, 1,000 a call", count, () => SchedulerDue.PutAsync(host, "many", count, yearly));
        List<double> each = [];
        for (var i = 0; i < 200; i++)
            each.Add(await MillisecondsAsync(() => SchedulerDue.PutAsync(host, $"one-{i}", 1, yearly)));
        table.Add("one put beside them", "200", "-", "-", Table.Number(Figures.Percentile([.. each], 0.5)), Table.Number(Figures.Percentile([.. each], 0.99)));
        var before = await redis.SampleAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var idle = await redis.SampleAsync();
        Console.WriteLine($"idle beside {count:N0} schedules: {(idle.Commands - before.Commands - 1) / 5:F1} commands a second, {(idle.CpuSeconds - before.CpuSeconds) / 5:P2} of a core in Redis");
    }

    private static async Task PromoteAsync(Table table, RedisServer redis, int count)
    {
        await using var client = await SchedulerHosts.StartClientAsync(redis.Port);
        var store = client.Services.GetRequiredService<JobStore>();
        var runAt = TimeProvider.System.GetUtcNow().AddSeconds(count / 20_000.0 + 5);
        await TimeAsync(table, "delayed jobs enqueued, 10,000 a call", count, () => EnqueueDelayedAsync(store, count, runAt));
        if (runAt > TimeProvider.System.GetUtcNow())
            await Task.Delay(runAt - TimeProvider.System.GetUtcNow());
        var claims = client.Services.GetRequiredService<ClaimStore>();
        await TimeAsync(table, "promoted, four scripts at a time", count, () => PromoteAllAsync(claims));
    }

    private static async Task EnqueueDelayedAsync(JobStore jobs, int count, DateTimeOffset runAt)
    {
        for (var done = 0; done < count; done += JobStore.MaxBulk)
        {
            await jobs.EnqueueAsync([.. Enumerable.Range(0, Math.Min(JobStore.MaxBulk, count - done)).Select(_ => new NewJob
            {
                Id = jobs.NewId(), Type = "bench.noop", Args = """{"payload":"0123456789"}""", Queue = "default", RunAt = runAt,
            })], null, default);
        }
    }

    /// <summary>As the upkeep of one worker does it.</summary>
    private static async Task PromoteAllAsync(ClaimStore claims)
    {
        int moved;
        do
        {
            var several = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => claims.PromoteDueAsync(default)));
            moved = several.Sum(s => s.Moved);
        }
        while (moved > 0);
    }

    private static async Task<double> MillisecondsAsync(Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task TimeAsync(Table table, string what, int count, Func<Task> act)
    {
        var seconds = await MillisecondsAsync(act) / 1000;
        table.Add(what, $"{count:N0}", Table.Number(seconds), Table.Number(count / seconds), "-", "-");
    }
}
