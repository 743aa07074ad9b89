using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

public abstract class ScheduleStoreTests(ServerFixture server)
{
    private static readonly SchedulePrecondition New = new(null, MustBeNew: true);

    [Fact]
    public async Task Put_schedule_is_read_back_whole()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var definition = Definition(new ScheduleTiming
        {
            Crons = ["0 6 * * *", "0 0 18 * * MON-FRI"],
            TimeZone = "Europe/Berlin",
            StartAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Exclude = new ScheduleExclusions([new DateOnly(2027, 1, 1)], [new WeeklyWindow([DayOfWeek.Sunday], TimeSpan.Zero, TimeSpan.FromHours(24))]),
            Jitter = TimeSpan.FromSeconds(9),
            Gap = GapRule.Skip,
        }) with { Misfire = MisfirePolicy.All, CatchUpWindow = TimeSpan.FromHours(2), MaxRuns = 7, Overlap = RunOverlapPolicy.Skip };
        var put = await recurring.PutAsync("whole", definition);

        var read = await (await recurring.AddNodeAsync()).Schedules.GetAsync("whole", Token);
        Assert.Equal(definition.ToJson(), read!.Definition.ToJson());
        Assert.Equal((put.Revision, put.NextAt), (read.Revision, read.NextAt));
        Assert.True(read.NextAt > definition.Timing.StartAt);
        Assert.Null(read.LastAt);
    }

    [Fact]
    public async Task Concurrent_puts_of_one_revision_let_one_through()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var first = await recurring.PutAsync("raced", Definition("0 6 * * *"));
        var demand = new SchedulePrecondition([first.Revision], MustBeNew: false);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            recurring.Schedules.PutAsync("raced", Definition($"{i} 6 * * *"), demand, Token)));
        Assert.Single(results.OfType<PutScheduleResult.Replaced>());
        Assert.Equal(19, results.OfType<PutScheduleResult.PreconditionFailed>().Count());
    }

    [Fact]
    public async Task Concurrent_creations_let_one_through()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => recurring.Schedules.PutAsync("new", Definition("0 6 * * *"), New, Token)));
        Assert.Single(results.OfType<PutScheduleResult.Created>());
    }

    [Fact]
    public async Task Concurrent_puts_without_a_demand_all_succeed_and_one_created_it()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            recurring.Schedules.PutAsync("busy", Definition($"{i} 6 * * *"), SchedulePrecondition.None, Token)));
        Assert.Single(results.OfType<PutScheduleResult.Created>());
        Assert.Equal(19, results.OfType<PutScheduleResult.Replaced>().Count());
    }

    [Fact]
    public async Task Revision_of_a_schedule_made_again_is_a_new_one()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var first = await recurring.PutAsync("again", Definition("0 6 * * *"));
        Assert.Equal(DeleteScheduleResult.Deleted, await recurring.Schedules.DeleteAsync("again", SchedulePrecondition.None, Token));
        Assert.Equal(DeleteScheduleResult.NotFound, await recurring.Schedules.DeleteAsync("again", SchedulePrecondition.None, Token));
        Assert.Null(await recurring.Schedules.GetAsync("again", Token));
        Assert.NotEqual(first.Revision, (await recurring.PutAsync("again", Definition("0 6 * * *"))).Revision);
    }

    [Fact]
    public async Task Put_of_the_same_timing_keeps_an_instant_that_is_due()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *"));
        var due = (await recurring.NowAsync()).AddSeconds(-1);
        await recurring.MoveNextAsync("daily", due);
        Assert.Equal(due, (await recurring.PutAsync("daily", Definition("0 6 * * *") with { Args = "{}" })).NextAt);
        Assert.True((await recurring.PutAsync("daily", Definition("0 7 * * *"))).NextAt > due);
    }

    [Fact]
    public async Task Paused_schedule_does_not_fire_until_it_is_resumed()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("ticks", Definition("* * * * * *"));
        var paused = (await recurring.Schedules.PauseAsync("ticks", "maintenance", null, Token))!;
        Assert.Equal(("maintenance", (DateTimeOffset?)null), (paused.Paused?.Note, paused.NextAt));
        await recurring.First.StartFiringAsync();
        await Task.Delay(1500, Token);
        Assert.Empty(await recurring.RunsAsync("ticks"));
        Assert.Equal(0, await recurring.Redis.Database.SortedSetLengthAsync(recurring.Redis.Keys.RecurringJobs, 0));

        var resumed = (await recurring.Schedules.ResumeAsync("ticks", Token))!;
        Assert.Null(resumed.Paused);
        await Task.Delay(2500, Token);
        var runs = await recurring.RunsAsync("ticks");
        Assert.Equal(resumed.NextAt, runs[0].ScheduledFor);
    }

    [Fact]
    public async Task Pause_with_an_end_resumes_by_itself()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("ticks", Definition("* * * * * *"));
        var until = (await recurring.NowAsync()).AddSeconds(3);
        var paused = (await recurring.Schedules.PauseAsync("ticks", null, until, Token))!;
        Assert.Equal(until, paused.NextAt);
        await recurring.First.StartFiringAsync();
        await Task.Delay(4500, Token);
        Assert.Equal(until, (await recurring.RunsAsync("ticks"))[0].ScheduledFor);
        Assert.Null((await recurring.GetAsync("ticks")).StoredPause);
    }

    [Fact]
    public async Task Put_of_a_paused_schedule_leaves_it_paused()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("daily", Definition("0 6 * * *"));
        await recurring.Schedules.PauseAsync("daily", "why", null, Token);
        var put = await recurring.PutAsync("daily", Definition("0 7 * * *"));
        Assert.Equal(("why", (DateTimeOffset?)null), (put.Paused?.Note, put.NextAt));
        Assert.Null((await recurring.GetAsync("daily")).NextAt);
    }

    [Fact]
    public async Task Trigger_makes_a_job_without_an_instant_and_replays_its_key()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var put = await recurring.PutAsync("daily", Definition("0 6 * * *"));
        var key = new IdempotencyKey("anna", "k", "body");
        var (sent, result) = (await recurring.Schedules.TriggerAsync("daily", null, key, Token))!.Value;
        Assert.IsType<EnqueueResult.Accepted>(result);
        var again = (await recurring.Schedules.TriggerAsync("daily", null, key, Token))!.Value;
        Assert.Equal([sent.Id], Assert.IsType<EnqueueResult.Replayed>(again.Result).Ids);
        Assert.Null(await recurring.Schedules.TriggerAsync("nightly", null, null, Token));

        var job = Assert.Single(await recurring.RunsAsync("daily"));
        Assert.Equal((sent.Id, "daily", (DateTimeOffset?)null), (job.Id, job.RecurringId, job.ScheduledFor));
        var schedule = await recurring.GetAsync("daily");
        Assert.Equal((job.Id, (DateTimeOffset?)null, put.NextAt), (schedule.LastJobId, schedule.LastAt, schedule.NextAt));
    }

    [Fact]
    public async Task List_is_paged_by_id()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        string[] ids = [.. Enumerable.Range(0, 25).Select(i => $"s{i:00}")];
        foreach (var id in ids.Reverse())
            await recurring.PutAsync(id, Definition("0 6 * * *"));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await recurring.Schedules.ListAsync(10, cursor, Token);
            Assert.InRange(page.Items.Count, 5, 10);
            seen.AddRange(page.Items.Select(s => s.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(ids, seen);
    }
}

public sealed class ScheduleStoreOnRedisTests(RedisServerFixture server) : ScheduleStoreTests(server);

public sealed class ScheduleStoreOnEmbeddedTests(EmbeddedServerFixture server) : ScheduleStoreTests(server);
