using System.Diagnostics;
using Scheduler.Jobs.Recurring;
using Scheduler.UnitTests.Recurring.Oracle;

namespace Scheduler.UnitTests.Recurring;

/// <summary>A year of fifty schedules as the firing loop would live it, in virtual time: from each due instant to the next.</summary>
public sealed class VirtualYearTests
{
    private static readonly FiringRules Rules = new(TimeSpan.FromSeconds(10), MaxCatchUp: 100);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), End = Start.AddYears(1);
    private static readonly string[] ZoneNames = ["Etc/UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

    private static readonly WalkedCron[] Crons =
    [
        Cron(CronField.List([0]), CronField.Any(0, 23)), Cron(CronField.List([30]), CronField.List([2])),
        Cron(CronField.List([15]), CronField.List([1, 13])), Cron(CronField.Step(0, 59, 15), CronField.Span(8, 18)),
        Cron(CronField.List([0]), CronField.List([6]), DayRule.Numbers(CronField.Any(1, 31), CronField.Span(1, 5))),
        Cron(CronField.List([0]), CronField.List([0]), DayRule.Last(0)), Cron(CronField.List([45]), CronField.List([2]), DayRule.LastWeekday(0)),
        Cron(CronField.List([0]), CronField.List([9]), DayRule.NthWeekday(1, 2)), Cron(CronField.List([0]), CronField.List([12]), DayRule.LastWorkday),
        Cron(CronField.List([59]), CronField.List([23]), DayRule.Numbers(CronField.List([31]), CronField.Any(0, 6))),
    ];

    [Fact]
    public void Year_of_fifty_schedules_fires_what_the_slow_walk_finds_in_under_five_seconds()
    {
        var schedules = ZoneNames.SelectMany(zone => Crons.Select((cron, i) => (Id: $"{zone}-{i}", Zone: zone, Cron: cron))).ToList();
        var watch = Stopwatch.StartNew();
        var fired = Live(schedules.Select(s => Schedule(s.Id, s.Cron, s.Zone)));
        watch.Stop();

        Assert.Equal(50, fired.Count);
        foreach (var (id, zone, cron) in schedules)
        {
            var walked = new SlowWalk(cron, ZoneFile.Read(zone), skipsGap: false, firesTwice: null)
                .Between(Start.ToUnixTimeSeconds() - 60, End.ToUnixTimeSeconds()).Select(DateTimeOffset.FromUnixTimeSeconds);
            Assert.Equal(walked, fired[id].Select(j => j.At));
            Assert.Equal(fired[id].Count, fired[id].Select(j => j.JobId).Distinct().Count());
        }
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static Dictionary<string, List<(DateTimeOffset At, string JobId)>> Live(IEnumerable<ScheduleRecord> schedules)
    {
        var fired = new Dictionary<string, List<(DateTimeOffset, string)>>();
        var waiting = new PriorityQueue<ScheduleRecord, DateTimeOffset>();
        foreach (var schedule in schedules)
        {
            fired[schedule.Id] = [];
            waiting.Enqueue(schedule, schedule.NextAt!.Value);
        }
        while (waiting.TryDequeue(out var schedule, out var now) && now <= End)
        {
            var firing = FiringPlan.Of(schedule with { ReadAt = now }, Rules);
            fired[schedule.Id].AddRange(firing.Jobs.Select(j => (j.ScheduledFor!.Value, j.Id)));
            waiting.Enqueue(schedule with { NextAt = firing.Next, Runs = schedule.Runs + firing.Jobs.Count }, firing.Next!.Value);
        }
        return fired;
    }

    private static ScheduleRecord Schedule(string id, WalkedCron cron, string zone)
    {
        var definition = new ScheduleDefinition
        {
            Type = "test", Args = "{}", Queue = "default", Timing = new ScheduleTiming { Cron = cron.Text, TimeZone = zone },
        };
        var calculator = OccurrenceCalculator.TryCreate(definition.Timing, id, out _)!;
        return new ScheduleRecord
        {
            Id = id, Stamp = "", ReadAt = Start, Revision = "1", Compiled = new CompiledSchedule(definition, null, calculator, null),
            NextAt = calculator.After(Start.AddTicks(-1)),
        };
    }

    private static WalkedCron Cron(CronField minute, CronField hour, DayRule? day = null) =>
        new(null, minute, hour, CronField.Any(1, 12), day ?? DayRule.Numbers(CronField.Any(1, 31), CronField.Any(0, 6)));
}
