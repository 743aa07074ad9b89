using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Recurring.Calendars;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

public abstract class CalendarTests(ServerFixture server)
{
    [Fact]
    public async Task Change_of_a_calendar_moves_the_schedules_that_name_it()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var today = (await recurring.NowAsync()).UtcDateTime.Date;
        var (tomorrow, after) = (Noon(today, 1), Noon(today, 2));
        Assert.Equal(CalendarChange.Created, await recurring.First.Calendars.PutAsync("holidays", Calendar(today, 1), Token));
        Assert.Equal(after, (await recurring.PutAsync("daily", Named("holidays") with { Timing = StartingTomorrow(today) })).NextAt);

        Assert.Equal(CalendarChange.Replaced, await recurring.First.Calendars.PutAsync("holidays", Calendar(today, 2), Token));
        Assert.Equal(tomorrow, (await recurring.GetAsync("daily")).NextAt);
        Assert.Equal(tomorrow, (await (await recurring.AddNodeAsync()).Schedules.GetAsync("daily", Token))!.NextAt);
    }

    [Fact]
    public async Task Calendar_in_use_stays()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.First.Calendars.PutAsync("holidays", new HolidayCalendar([], []), Token);
        await recurring.PutAsync("daily", Named("holidays"));
        Assert.Equal(CalendarChange.InUse, await recurring.First.Calendars.DeleteAsync("holidays", Token));
        await recurring.PutAsync("daily", Definition("0 12 * * *"));
        Assert.Equal(CalendarChange.Deleted, await recurring.First.Calendars.DeleteAsync("holidays", Token));
        Assert.Equal(CalendarChange.NotFound, await recurring.First.Calendars.DeleteAsync("holidays", Token));
        Assert.Null(await recurring.First.Calendars.GetAsync("holidays", Token));
    }

    [Fact]
    public async Task Instant_that_a_calendar_excludes_since_it_was_chosen_does_not_fire()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.First.Calendars.PutAsync("holidays", new HolidayCalendar([], []), Token);
        await recurring.PutAsync("minutely", Named("holidays", "* * * * *"));
        var now = await recurring.NowAsync();
        var due = new DateTimeOffset(now.UtcDateTime.AddSeconds(-now.Second), TimeSpan.Zero);
        await recurring.MoveNextAsync("minutely", due);
        await recurring.First.Calendars.PutAsync("holidays", Calendar(now.UtcDateTime.Date, 0), Token);
        await recurring.First.PassAsync();
        Assert.Empty(await recurring.RunsAsync("minutely"));
        Assert.Equal(new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero), (await recurring.GetAsync("minutely")).NextAt);
    }

    [Fact]
    public async Task Thousand_schedules_are_put_at_once_or_not_at_all()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var many = Enumerable.Range(0, 1_000).Select(i => ($"s{i:000}", Definition($"{i % 60} 6 * * *"))).ToList();
        var put = await recurring.Schedules.PutManyAsync(many, Token);
        Assert.Equal(many.Select(m => m.Item1), put.Select(p => p.Id));
        Assert.Equal(1_000, put.Select(p => p.Revision).Distinct().Count());
        Assert.Equal((put[999].Revision, put[999].NextAt), ((await recurring.GetAsync("s999")).Revision, (await recurring.GetAsync("s999")).NextAt));
        Assert.Equal(1_000, await recurring.Redis.Database.SortedSetLengthAsync(recurring.Redis.Keys.RecurringJobs));

        await recurring.Redis.Database.StringSetAsync(recurring.Redis.Keys.RecurringJob("s1000"), "foreign");
        await Assert.ThrowsAnyAsync<Exception>(() => recurring.Schedules.PutManyAsync(
            [("s000", Definition("0 0 1 1 *")), ("s1000", Definition("0 0 1 1 *"))], Token));
        Assert.Equal(put[0].NextAt, (await recurring.GetAsync("s000")).NextAt);
    }

    [Fact]
    public async Task Backfill_makes_what_is_missing_at_its_pace()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var hourly = new ScheduleTiming { Interval = new FixedInterval(TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch) };
        await recurring.PutAsync("hourly", Definition(hourly) with { Misfire = MisfirePolicy.All });
        var hour = DateTimeOffset.FromUnixTimeSeconds((await recurring.NowAsync()).ToUnixTimeSeconds() / 3600 * 3600).AddHours(-1);
        await recurring.MoveNextAsync("hourly", hour);
        await recurring.First.PassAsync();

        var request = new BackfillRequest(hour.AddHours(-4), hour, TimeSpan.FromMinutes(1), Again: false);
        var key = new IdempotencyKey("anna", "k", "body");
        var first = Assert.IsType<BackfillResult.Accepted>(await recurring.First.Backfills.RunAsync("hourly", request, key, Token));
        Assert.Equal((4, false), (first.Count, first.IsReplay));
        var again = Assert.IsType<BackfillResult.Accepted>(await recurring.First.Backfills.RunAsync("hourly", request, key, Token));
        Assert.Equal((4, first.Tag, true), (again.Count, again.Tag, again.IsReplay));
        Assert.Equal(0, Assert.IsType<BackfillResult.Accepted>(await recurring.First.Backfills.RunAsync("hourly", request, null, Token)).Count);

        var runs = await recurring.RunsAsync("hourly");
        Assert.Equal(Enumerable.Range(-4, 6).Select(i => hour.AddHours(i)), runs.Select(r => r.ScheduledFor!.Value));
        Assert.Equal([JobStates.Enqueued, JobStates.Scheduled, JobStates.Scheduled, JobStates.Scheduled], runs.Take(4).Select(r => r.State));
        Assert.Equal(TimeSpan.FromMinutes(1), runs[2].RunAt - runs[1].RunAt);
        Assert.All(runs.Take(4), r => Assert.Equal(["tick", first.Tag!], r.Tags));

        var anew = await recurring.First.Backfills.RunAsync("hourly", request with { Again = true }, null, Token);
        Assert.Equal(5, Assert.IsType<BackfillResult.Accepted>(anew).Count);
        Assert.IsType<BackfillResult.TooMany>(await recurring.First.Backfills.RunAsync("hourly", request with { From = hour.AddYears(-3) }, null, Token));
        Assert.IsType<BackfillResult.NotFound>(await recurring.First.Backfills.RunAsync("nightly", request, null, Token));
    }

    private static ScheduleDefinition Named(string calendar, string cron = "0 12 * * *") => Definition(
        new ScheduleTiming { Cron = cron, Exclude = new ScheduleExclusions([], []) { Calendars = [calendar] } });

    private static ScheduleTiming StartingTomorrow(DateTime today) =>
        Named("holidays").Timing with { StartAt = new DateTimeOffset(today.AddDays(1), TimeSpan.Zero) };

    private static HolidayCalendar Calendar(DateTime today, int days) => new([DateOnly.FromDateTime(today.AddDays(days))], []);

    private static DateTimeOffset Noon(DateTime today, int days) => new(today.AddDays(days).AddHours(12), TimeSpan.Zero);
}

public sealed class CalendarOnRedisTests(RedisServerFixture server) : CalendarTests(server);

public sealed class CalendarOnEmbeddedTests(EmbeddedServerFixture server) : CalendarTests(server);
