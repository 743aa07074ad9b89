using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

public abstract class FiringTests(ServerFixture server)
{
    private static readonly FiringRules Rules = new(TimeSpan.FromSeconds(10), MaxCatchUp: 100);

    [Fact]
    public async Task Due_instant_makes_a_job_that_carries_all_the_schedule_says()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *") with { Queue = "reports", Timeout = TimeSpan.FromMinutes(3) });
        var instant = (await recurring.NowAsync()).AddSeconds(-1);
        await recurring.MoveNextAsync("daily", instant);
        await recurring.First.PassAsync();

        var job = Assert.Single(await recurring.RunsAsync("daily"));
        Assert.Equal(("test.a", """{"n":1}""", "reports", "daily"), (job.Type, job.Args, job.Queue, job.RecurringId));
        Assert.Equal((instant, 2, TimeSpan.FromMinutes(3)), (job.ScheduledFor, job.MaxAttempts, job.Timeout));
        Assert.Equal(["tick"], job.Tags);
        var schedule = await recurring.GetAsync("daily");
        Assert.Equal((instant, job.Id), (schedule.LastAt, schedule.LastJobId));
        Assert.True(schedule.NextAt > instant);
    }

    [Fact]
    public async Task Four_schedulers_fire_every_instant_of_every_schedule_once()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        Node[] nodes = [recurring.First, await recurring.AddNodeAsync(), await recurring.AddNodeAsync(), await recurring.AddNodeAsync()];
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"s{i:00}")];
        foreach (var id in ids)
            await recurring.PutAsync(id, Definition("* * * * * *"));
        foreach (var node in nodes)
            await node.StartFiringAsync();
        await Task.Delay(TimeSpan.FromSeconds(5), Token);
        // Schedulers come and go; the others go on.
        await nodes[1].StopFiringAsync();
        await nodes[2].StopFiringAsync();
        await Task.Delay(TimeSpan.FromSeconds(4), Token);
        foreach (var node in nodes)
            await node.StopFiringAsync();

        foreach (var id in ids)
        {
            var instants = (await recurring.RunsAsync(id)).Select(r => r.ScheduledFor!.Value).ToList();
            var schedule = await recurring.GetAsync(id);
            Assert.InRange(instants.Count, 7, 11);
            Assert.Equal(Enumerable.Range(0, instants.Count).Select(i => instants[0].AddSeconds(i)), instants);
            Assert.Equal((instants[^1], instants[^1].AddSeconds(1)), (schedule.LastAt, schedule.NextAt));
            Assert.Equal(instants.Count, schedule.Runs);
        }
    }

    [Fact]
    public async Task Firing_sent_again_by_a_second_node_writes_nothing()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *"));
        await recurring.MoveNextAsync("daily", await recurring.NowAsync());
        var read = Assert.Single((await recurring.First.Firings.ReadDueAsync(TimeSpan.Zero, Token)).Schedules);
        var firing = FiringPlan.Of(read, Rules);

        Assert.Equal([FiringResult.Fired], await recurring.First.Firings.FireAsync([firing]));
        Assert.Equal([FiringResult.Changed], await recurring.First.Firings.FireAsync([firing]));
        Assert.Single(await recurring.RunsAsync("daily"));
    }

    [Fact]
    public async Task Schedule_replaced_between_reading_and_firing_does_not_fire_the_old_one()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *"));
        await recurring.MoveNextAsync("daily", await recurring.NowAsync());
        var read = Assert.Single((await recurring.First.Firings.ReadDueAsync(TimeSpan.Zero, Token)).Schedules);
        await recurring.PutAsync("daily", Definition("0 6 * * *") with { Args = """{"n":2}""" });

        Assert.Equal([FiringResult.Changed], await recurring.First.Firings.FireAsync([FiringPlan.Of(read, Rules)]));
        await recurring.First.PassAsync();
        Assert.Equal("""{"n":2}""", Assert.Single(await recurring.RunsAsync("daily")).Args);
    }

    [Theory]
    [InlineData(MisfirePolicy.Latest, 1)]
    [InlineData(MisfirePolicy.Skip, 0)]
    [InlineData(MisfirePolicy.All, 24)]
    internal async Task Downtime_is_made_good_by_the_policy(MisfirePolicy policy, int expected)
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await recurring.NowAsync();
        var hourly = new ScheduleTiming { Interval = new FixedInterval(TimeSpan.FromHours(1), now.AddDays(-3).AddMinutes(-30)) };
        await recurring.PutAsync("hourly", Definition(hourly) with { Misfire = policy });
        await recurring.MoveNextAsync("hourly", now.AddDays(-2).AddMinutes(-30));
        await recurring.First.PassAsync();

        var runs = await recurring.RunsAsync("hourly");
        Assert.Equal(expected, runs.Count);
        if (expected > 0)
            Assert.Equal(now.AddMinutes(-30), runs[^1].ScheduledFor);
        Assert.Equal(now.AddMinutes(30), (await recurring.GetAsync("hourly")).NextAt);
    }

    [Fact]
    public async Task Catching_up_goes_on_over_several_passes_until_all_is_made_good()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await recurring.NowAsync();
        var timing = new ScheduleTiming { Interval = new FixedInterval(TimeSpan.FromMinutes(1), now.AddDays(-3).AddSeconds(-30)) };
        await recurring.PutAsync("minutely", Definition(timing) with { Misfire = MisfirePolicy.All });
        await recurring.MoveNextAsync("minutely", now.AddMinutes(-450).AddSeconds(-30));
        await recurring.First.PassAsync();

        var instants = (await recurring.RunsAsync("minutely")).Select(r => r.ScheduledFor!.Value).ToList();
        Assert.Equal(Enumerable.Range(0, 451).Select(i => now.AddMinutes(i - 450).AddSeconds(-30)), instants);
    }

    [Fact]
    public async Task Overlap_skip_waits_for_the_last_job_to_be_final()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *") with { Overlap = RunOverlapPolicy.Skip });
        var now = await recurring.NowAsync();
        await recurring.MoveNextAsync("daily", now.AddSeconds(-3));
        await recurring.First.PassAsync();
        await recurring.MoveNextAsync("daily", now.AddSeconds(-2));
        await recurring.First.PassAsync();
        var first = Assert.Single(await recurring.RunsAsync("daily"));
        await recurring.Jobs.CancelAsync(first.Id, Token);
        await recurring.MoveNextAsync("daily", now.AddSeconds(-1));
        await recurring.First.PassAsync();
        Assert.Equal([now.AddSeconds(-3), now.AddSeconds(-1)], (await recurring.RunsAsync("daily")).Select(r => r.ScheduledFor!.Value));
    }

    [Fact]
    public async Task Index_entry_without_a_hash_is_forgotten()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.Redis.Database.SortedSetAddAsync(recurring.Redis.Keys.RecurringJobs, "ghost", 1);
        await recurring.First.PassAsync();
        Assert.Equal(0, await recurring.Redis.Database.SortedSetLengthAsync(recurring.Redis.Keys.RecurringJobs));
    }

    [Fact]
    public async Task Broken_schedule_does_not_stop_the_others()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("broken", Definition("0 6 * * *") with { Queue = "taken" });
        await recurring.PutAsync("sound", Definition("0 6 * * *"));
        await recurring.Redis.Database.StringSetAsync(recurring.Redis.Keys.Queue("taken"), "foreign");
        var now = await recurring.NowAsync();
        await recurring.MoveNextAsync("broken", now);
        await recurring.MoveNextAsync("sound", now);
        await recurring.First.PassAsync();
        Assert.Single(await recurring.RunsAsync("sound"));
        Assert.Empty(await recurring.RunsAsync("broken"));
        Assert.Equal(now, (await recurring.GetAsync("broken")).NextAt);
    }

    [Fact]
    public async Task Loop_wakes_for_a_schedule_that_is_put_while_it_sleeps()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.First.StartFiringAsync();
        var put = await recurring.PutAsync("soon", Definition("* * * * * *"));
        var deadline = put.NextAt!.Value.AddSeconds(2);
        while ((await recurring.RunsAsync("soon")).Count == 0)
        {
            Assert.True(await recurring.NowAsync() <= deadline, "not fired in time");
            await Task.Delay(20, Token);
        }
        var run = (await recurring.RunsAsync("soon"))[0];
        Assert.Equal(put.NextAt, run.ScheduledFor);
        Assert.InRange(run.CreatedAt - run.ScheduledFor!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }
}

public sealed class FiringOnRedisTests(RedisServerFixture server) : FiringTests(server);

public sealed class FiringOnEmbeddedTests(EmbeddedServerFixture server) : FiringTests(server);
