using Microsoft.Extensions.DependencyInjection;
using Scheduler.Benchmarks.Children;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;

namespace Scheduler.Benchmarks.Due;

/// <summary>This scheduler, with its default worker.</summary>
internal sealed class SchedulerDue(RunningHost host) : DuePeer
{
    private int batches;

    public override string Name => "scheduler";

    public override Task DelayAsync(int count, DateTimeOffset at, long us)
    {
        var jobs = host.Services.GetRequiredService<JobStore>();
        return jobs.EnqueueAsync([.. Enumerable.Range(0, count).Select(_ => new NewJob
        {
            Id = jobs.NewId(), Type = "bench.stamp", Args = $$"""{"startedUs":{{us}},"payload":"{{Payload}}"}""", Queue = "default", RunAt = at,
        })], null, default);
    }

    public override Task EverySecondAsync(int count, DateTimeOffset from, DateTimeOffset to) =>
        PutAsync(host, $"tick{batches++}", count, new ScheduleTiming { Cron = "* * * * * *", StartAt = from, EndAt = to });

    public override Task FireAtAsync(int count, DateTimeOffset at, long us) =>
        PutAsync(host, $"once{batches++}", count, new ScheduleTiming { Cron = HourlyAt(at) + "*", StartAt = at });

    public override async Task<double?> LastCreatedAsync(DateTimeOffset at)
    {
        var newest = await host.Services.GetRequiredService<JobStore>().ListAsync(new JobQuery(null, null, null, null, null, 100, null), default);
        return (newest.Items.Max(job => job.CreatedAt) - at).TotalMilliseconds;
    }

    public static async Task PutAsync(RunningHost host, string prefix, int count, ScheduleTiming timing)
    {
        var schedules = host.Services.GetRequiredService<RecurringStore>();
        var definition = new ScheduleDefinition { Type = "bench.tick", Args = $$"""{"payload":"{{Payload}}"}""", Queue = "default", Timing = timing };
        foreach (var chunk in Enumerable.Range(0, count).Chunk(1_000))
            await schedules.PutManyAsync([.. chunk.Select(i => ($"{prefix}-{i}", definition))], default);
    }

    public override ValueTask DisposeAsync() => host.DisposeAsync();
}
