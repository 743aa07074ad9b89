using Scheduler.Jobs.Recurring;

namespace Scheduler.UnitTests.Recurring;

public sealed class FiringPlanTests
{
    private static readonly FiringRules Rules = new(TimeSpan.FromSeconds(10), MaxCatchUp: 100);
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 30, TimeSpan.Zero);

    [Fact]
    public void Due_instant_makes_one_job_and_the_schedule_moves_on()
    {
        var firing = Plan(EveryMinute(), due: Noon(0), now: Noon(0).AddSeconds(2));
        Assert.Equal([Noon(0)], Instants(firing));
        Assert.Equal(Noon(1), firing.Next);
    }

    [Fact]
    public void Instants_within_the_threshold_are_late_not_missed()
    {
        var firing = Plan(EverySecond(), due: Now.AddSeconds(-3), now: Now);
        Assert.Equal([Now.AddSeconds(-3), Now.AddSeconds(-2), Now.AddSeconds(-1), Now], Instants(firing));
        Assert.Equal(Now.AddSeconds(1), firing.Next);
    }

    [Fact]
    public void Latest_makes_one_job_for_the_newest_missed_instant()
    {
        var firing = Plan(EveryMinute(), due: Noon(-600), now: Now);
        Assert.Equal([Noon(0)], Instants(firing));
        Assert.Equal(Noon(1), firing.Next);
    }

    [Fact]
    public void Latest_of_a_second_schedule_keeps_the_instants_that_are_not_missed_yet()
    {
        var firing = Plan(EverySecond(), due: Now.AddDays(-30), now: Now);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => Now.AddSeconds(i - 11)), Instants(firing));
    }

    [Fact]
    public void Skip_makes_no_job_for_missed_instants()
    {
        var firing = Plan(EveryMinute() with { Misfire = MisfirePolicy.Skip }, due: Noon(-600), now: Now);
        Assert.Empty(firing.Jobs);
        Assert.Equal(Noon(1), firing.Next);
    }

    [Fact]
    public void All_makes_a_job_for_each_within_the_window()
    {
        var hourly = EveryMinute() with { Misfire = MisfirePolicy.All, CatchUpWindow = TimeSpan.FromMinutes(5) };
        var firing = Plan(hourly, due: Noon(-600), now: Now);
        Assert.Equal([Noon(-4), Noon(-3), Noon(-2), Noon(-1), Noon(0)], Instants(firing));
    }

    [Fact]
    public void All_is_bounded_in_one_pass_and_goes_on_in_the_next()
    {
        var firing = Plan(EveryMinute() with { Misfire = MisfirePolicy.All }, due: Noon(-600), now: Now);
        Assert.Equal(Rules.MaxCatchUp, firing.Jobs.Count);
        Assert.Equal(Noon(-600 + Rules.MaxCatchUp), firing.Next);
    }

    [Fact]
    public void Runs_end_at_their_limit()
    {
        var firing = Plan(EverySecond() with { MaxRuns = 5 }, due: Now.AddSeconds(-3), now: Now, runs: 3);
        Assert.Equal(2, firing.Jobs.Count);
        Assert.Null(firing.Next);
    }

    [Fact]
    public void Paused_schedule_moves_to_the_end_of_its_pause()
    {
        var pause = new SchedulePause(null, Noon(10), Noon(-1));
        var firing = Plan(EveryMinute(), due: Noon(0), now: Now, pause: pause);
        Assert.Empty(firing.Jobs);
        Assert.Equal(Noon(10), firing.Next);
    }

    [Fact]
    public void Pause_that_is_over_is_removed_by_the_first_firing()
    {
        var firing = Plan(EveryMinute(), due: Noon(0), now: Now, pause: new SchedulePause(null, Noon(0), Noon(-9)));
        Assert.Equal([Noon(0)], Instants(firing));
        Assert.True(firing.PauseIsOver);
    }

    [Fact]
    public void Job_ids_follow_from_schedule_revision_and_instant()
    {
        var one = Plan(EveryMinute(), Noon(0), Now).Jobs[0].Id;
        Assert.Equal(one, Plan(EveryMinute(), Noon(0), Now.AddSeconds(1)).Jobs[0].Id);
        Assert.NotEqual(one, Plan(EveryMinute(), Noon(1), Noon(1)).Jobs[0].Id);
        Assert.NotEqual(one, FiringPlan.Of(Record(EveryMinute(), Noon(0), Now) with { Revision = "8" }, Rules).Jobs[0].Id);
        Assert.NotEqual(one, FiringPlan.Of(Record(EveryMinute(), Noon(0), Now) with { Id = "other" }, Rules).Jobs[0].Id);
    }

    [Fact]
    public void Schedule_that_cannot_fire_is_disabled_with_its_reason()
    {
        var record = Record(EveryMinute(), Noon(0), Now);
        var firing = FiringPlan.Of(record with { Compiled = record.Compiled with { Calculator = null, Error = "no such zone" } }, Rules);
        Assert.Equal(("no such zone", (DateTimeOffset?)null, 0), (firing.Error, firing.Next, firing.Jobs.Count));
    }

    private static Firing Plan(ScheduleDefinition definition, DateTimeOffset due, DateTimeOffset now, long runs = 0, SchedulePause? pause = null) =>
        FiringPlan.Of(Record(definition, due, now) with { Runs = runs, StoredPause = pause }, Rules);

    private static ScheduleRecord Record(ScheduleDefinition definition, DateTimeOffset due, DateTimeOffset now) => new()
    {
        Id = "test",
        Stamp = "",
        ReadAt = now,
        Revision = "7",
        Compiled = new CompiledSchedule(definition, null, OccurrenceCalculator.TryCreate(definition.Timing, "test", out _), null),
        NextAt = due,
    };

    private static ScheduleDefinition EveryMinute() => Definition("* * * * *");

    private static ScheduleDefinition EverySecond() => Definition("* * * * * *");

    private static ScheduleDefinition Definition(string cron) =>
        new() { Type = "test", Args = "{}", Queue = "default", Timing = new ScheduleTiming { Cron = cron } };

    private static DateTimeOffset Noon(int minutes) => new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero).AddMinutes(minutes);

    private static IEnumerable<DateTimeOffset> Instants(Firing firing) => firing.Jobs.Select(j => j.ScheduledFor!.Value);
}
