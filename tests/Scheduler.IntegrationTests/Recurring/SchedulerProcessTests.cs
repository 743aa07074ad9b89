using System.Globalization;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

/// <summary>
/// Five scheduler processes on the same schedules, killed and paused all the time: every instant makes one job. A short run by default;
/// <c>SCHEDULER_FIRING_SECONDS=60</c> makes it a minute.
/// </summary>
public sealed class SchedulerProcessTests(RedisServerFixture server)
{
    private const int Processes = 5, Schedules = 20;

    private static readonly TimeProvider Time = TimeProvider.System;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("SCHEDULER_FIRING_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Five_schedulers_killed_and_paused_fire_every_instant_once()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var processes = Enumerable.Range(0, Processes).Select(_ => Start(recurring)).ToList();
        try
        {
            await FirstFiringAsync(recurring, "warm");
            string[] ids = [.. Enumerable.Range(0, Schedules).Select(i => $"s{i:00}")];
            var first = await PutAsync(recurring, ids);
            await DisturbAsync(recurring, processes, seed: Environment.TickCount);
            var last = await SettleAsync(recurring, ids);

            foreach (var id in ids)
                Assert.Equal(Expected(first, last), (await recurring.RunsAsync(id)).Select(r => r.ScheduledFor!.Value).Where(i => i <= last));
        }
        finally
        {
            await Task.WhenAll(processes.Select(p => p.DisposeAsync().AsTask()));
        }
    }

    private RunningProcess Start(RecurringHarness recurring)
    {
        var settings = server.Settings(recurring.Redis.Keys.Prefix);
        settings["Scheduler:Worker:Queues"] = "none";
        return RunningProcess.StartHost("Scheduler.Worker", settings);
    }

    private static ScheduleDefinition EverySecond() => Definition("* * * * * *") with { Misfire = MisfirePolicy.All, Tags = [] };

    /// <summary>Waits until some process fires: they take seconds to start.</summary>
    private static async Task FirstFiringAsync(RecurringHarness recurring, string id)
    {
        await recurring.PutAsync(id, EverySecond() with { MaxRuns = 1 });
        var patience = Time.GetUtcNow().AddSeconds(60);
        while ((await recurring.GetAsync(id)).Runs == 0)
        {
            Assert.True(Time.GetUtcNow() < patience, "no process fires");
            await Task.Delay(100, Token);
        }
    }

    /// <summary>The first instant of all of them.</summary>
    private static async Task<DateTimeOffset> PutAsync(RecurringHarness recurring, string[] ids)
    {
        var start = (await recurring.NowAsync()).AddSeconds(2);
        await recurring.Schedules.PutManyAsync(
            [.. ids.Select(id => (id, EverySecond() with { Timing = new ScheduleTiming { Cron = "* * * * * *", StartAt = start } }))], Token);
        return start;
    }

    /// <summary>Kills one and starts another, stops one for a while, or stops all as an instant comes.</summary>
    private async Task DisturbAsync(RecurringHarness recurring, List<RunningProcess> processes, int seed)
    {
        var random = new Random(seed);
        var restarts = 0;
        var end = Time.GetUtcNow() + Duration;
        while (Time.GetUtcNow() < end)
        {
            var victim = random.Next(Processes);
            // Two are killed before anything is left to chance.
            var what = restarts < 2 ? 1 : random.Next(4);
            if (what == 0)
            {
                await StopAllAtAnInstantAsync(processes, random);
            }
            else if (what == 1)
            {
                await processes[victim].KillAsync();
                await processes[victim].DisposeAsync();
                processes[victim] = Start(recurring);
                restarts++;
            }
            else
            {
                await processes[victim].SignalAsync("STOP");
                await Task.Delay(random.Next(50, 2_000), Token);
                await processes[victim].SignalAsync("CONT");
            }
            await Task.Delay(random.Next(20, 300), Token);
        }
    }

    /// <summary>Whichever of them fires is stopped while it sends, or waits for the answer.</summary>
    private static async Task StopAllAtAnInstantAsync(List<RunningProcess> processes, Random random)
    {
        // A signal takes some milliseconds to be sent.
        var offset = TimeSpan.FromMilliseconds(random.Next(-10, 8));
        var untilNext = TimeSpan.FromTicks(TimeSpan.TicksPerSecond - (Time.GetUtcNow().Ticks % TimeSpan.TicksPerSecond)) + offset;
        if (untilNext > TimeSpan.Zero)
            await Task.Delay(untilNext, Token);
        await Task.WhenAll(processes.Select(p => p.SignalAsync("STOP")));
        await Task.Delay(random.Next(50, 1_500), Token);
        await Task.WhenAll(processes.Select(p => p.SignalAsync("CONT")));
    }

    /// <summary>Left alone, they make good what is missing; gives an instant that all have passed.</summary>
    private static async Task<DateTimeOffset> SettleAsync(RecurringHarness recurring, string[] ids)
    {
        var last = await recurring.NowAsync();
        var patience = Time.GetUtcNow().AddSeconds(60);
        foreach (var id in ids)
        {
            while ((await recurring.GetAsync(id)).NextAt <= last)
            {
                Assert.True(Time.GetUtcNow() < patience, $"{id} does not catch up");
                await Task.Delay(100, Token);
            }
        }
        return last;
    }

    private static IEnumerable<DateTimeOffset> Expected(DateTimeOffset first, DateTimeOffset last) =>
        Enumerable.Range(0, (int)(last - first).TotalSeconds + 1).Select(i => first.AddSeconds(i));
}
