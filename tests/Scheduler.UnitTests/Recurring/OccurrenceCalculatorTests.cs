using System.Globalization;
using Scheduler.Jobs.Recurring;

namespace Scheduler.UnitTests.Recurring;

public sealed class OccurrenceCalculatorTests
{
    [Theory]
    // Spring: 02:00 to 03:00 is skipped on 29 March 2026; the first valid instant is 01:00Z.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:30Z")]
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T00:30Z 2026-03-29T01:00Z 2026-03-29T01:30Z")]
    // Autumn: 02:00 to 03:00 is lived twice on 25 October 2026; a fixed time fires once, an interval in both hours.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-26T01:30Z")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-24T23:59Z", "2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-25T02:30Z")]
    [InlineData("45 1 1 * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:45Z 2026-12-01T06:45Z")]
    [InlineData("45-46 1 1 * *", "America/New_York", "2026-11-01T05:45Z", "2026-11-01T05:46Z 2026-11-01T06:45Z 2026-11-01T06:46Z 2026-12-01T06:45Z")]
    // Egypt skips midnight itself.
    [InlineData("0 0 * * *", "Africa/Cairo", "2024-04-24T12:00Z", "2024-04-24T22:00Z 2024-04-25T22:00Z 2024-04-26T21:00Z")]
    // Lord Howe moves by half an hour: 02:00 to 02:30 is skipped on 5 October 2025, 01:30 to 02:00 is lived twice on 6 April.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2025-10-03T20:00Z", "2025-10-04T15:30Z 2025-10-05T15:15Z")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2025-04-04T20:00Z", "2025-04-05T14:45Z 2025-04-06T15:15Z")]
    // Samoa had no 30 December 2011: noon of that day fires as the 31st begins.
    [InlineData("0 12 * * *", "Pacific/Apia", "2011-12-28T23:00Z", "2011-12-29T22:00Z 2011-12-30T10:00Z 2011-12-30T22:00Z")]
    [InlineData("0 0 * * *", "Pacific/Apia", "2011-12-29T23:59Z", "2011-12-30T10:00Z 2011-12-31T10:00Z")]
    [InlineData("15 10 * * *", "Asia/Kathmandu", "2026-01-01T00:00Z", "2026-01-01T04:30Z 2026-01-02T04:30Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-01-01T00:00Z", "2028-02-29T00:00Z 2032-02-29T00:00Z")]
    [InlineData("0 0 31 * *", "UTC", "2026-03-01T00:00Z", "2026-03-31T00:00Z 2026-05-31T00:00Z")]
    [InlineData("0 0 L * *", "UTC", "2028-02-01T00:00Z", "2028-02-29T00:00Z 2028-03-31T00:00Z")]
    [InlineData("0 0 LW * *", "UTC", "2026-01-01T00:00Z", "2026-01-30T00:00Z 2026-02-27T00:00Z")]
    [InlineData("0 0 15W * *", "UTC", "2026-08-01T00:00Z", "2026-08-14T00:00Z 2026-09-15T00:00Z")]
    [InlineData("0 0 * * MON#2", "UTC", "2026-01-01T00:00Z", "2026-01-12T00:00Z 2026-02-09T00:00Z")]
    [InlineData("0 0 * * 5L", "UTC", "2026-01-01T00:00Z", "2026-01-30T00:00Z 2026-02-27T00:00Z")]
    // Both day fields restricted: both must match.
    [InlineData("0 0 13 * FRI", "UTC", "2026-01-01T00:00Z", "2026-02-13T00:00Z 2026-03-13T00:00Z")]
    [InlineData("30 0 6 * * MON-FRI", "UTC", "2026-01-02T12:00Z", "2026-01-05T06:00:30Z 2026-01-06T06:00:30Z")]
    [InlineData("@daily", "UTC", "2026-01-02T12:00Z", "2026-01-03T00:00Z 2026-01-04T00:00Z")]
    public void Cron_fires_at(string cron, string zone, string from, string expected) =>
        Assert.Equal(expected, Next(new ScheduleTiming { Cron = cron, TimeZone = zone }, from, expected.Split(' ').Length));

    [Theory]
    [InlineData(GapRule.Skip, OverlapRule.AsWritten, "2026-03-28T12:00Z", "2026-03-30T00:30Z")]
    [InlineData(GapRule.FirstValid, OverlapRule.Twice, "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-26T01:30Z")]
    [InlineData(GapRule.FirstValid, OverlapRule.Once, "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-26T01:30Z")]
    internal void Daylight_saving_rule_is_a_choice(GapRule gap, OverlapRule overlap, string from, string expected)
    {
        var timing = new ScheduleTiming { Cron = "30 2 * * *", TimeZone = "Europe/Berlin", Gap = gap, Overlap = overlap };
        Assert.Equal(expected, Next(timing, from, expected.Split(' ').Length));
    }

    [Fact]
    public void Overlap_once_fires_an_interval_in_the_first_hour_only() =>
        Assert.Equal("2026-10-25T00:30Z 2026-10-25T02:30Z",
            Next(new ScheduleTiming { Cron = "30 * * * *", TimeZone = "Europe/Berlin", Overlap = OverlapRule.Once }, "2026-10-24T23:59Z", 2));

    [Fact]
    public void Several_crons_fire_once_where_they_meet() =>
        Assert.Equal("2026-01-01T06:00Z 2026-01-01T09:00Z 2026-01-01T12:00Z",
            Next(new ScheduleTiming { Crons = ["0 6,12 * * *", "0 9,12 * * *"] }, "2026-01-01T00:00Z", 3));

    [Fact]
    public void Interval_keeps_its_phase_across_clock_changes()
    {
        var timing = new ScheduleTiming { Interval = new FixedInterval(TimeSpan.FromDays(14), Instant("2026-03-20T07:00Z")), TimeZone = "Europe/Berlin" };
        Assert.Equal("2026-03-20T07:00Z 2026-04-03T07:00Z 2026-04-17T07:00Z", Next(timing, "2026-01-01T00:00Z", 3));
        Assert.Equal("2026-04-03T07:00Z", Next(timing, "2026-03-20T07:00Z", 1));
    }

    [Fact]
    public void Start_and_end_are_both_included()
    {
        var timing = new ScheduleTiming { Cron = "0 * * * *", StartAt = Instant("2026-01-01T03:00Z"), EndAt = Instant("2026-01-01T05:00Z") };
        Assert.Equal("2026-01-01T03:00Z 2026-01-01T04:00Z 2026-01-01T05:00Z", Next(timing, "2026-01-01T00:00Z", 10));
    }

    [Fact]
    public void Excluded_dates_and_weekly_windows_are_leapt_over()
    {
        var timing = new ScheduleTiming
        {
            Cron = "* * * * * *",
            TimeZone = "Europe/Berlin",
            Exclude = new ScheduleExclusions([new DateOnly(2026, 1, 5)],
                [new WeeklyWindow([DayOfWeek.Saturday, DayOfWeek.Sunday], TimeSpan.Zero, TimeSpan.FromDays(1))]),
        };
        Assert.Equal("2026-01-05T23:00Z", Next(timing, "2026-01-02T22:59:59Z", 1));
    }

    [Fact]
    public void A_schedule_whose_every_instant_is_excluded_ends()
    {
        var allWeek = new WeeklyWindow(Enum.GetValues<DayOfWeek>(), TimeSpan.Zero, TimeSpan.FromDays(1));
        Assert.Equal("", Next(new ScheduleTiming { Cron = "* * * * *", Exclude = new ScheduleExclusions([], [allWeek]) }, "2026-01-01T00:00Z", 1));
    }

    [Fact]
    public void Jitter_depends_on_the_id_alone_and_never_reaches_the_next_instant()
    {
        var timing = new ScheduleTiming { Cron = "*/5 * * * *", Jitter = TimeSpan.FromHours(1) };
        var from = Instant("2026-01-01T00:00Z");
        var shifts = Enumerable.Range(0, 50).Select(i => Calculator(timing, $"id-{i}").After(from.AddMinutes(5).AddTicks(-1))!.Value).ToList();
        Assert.Equal(Calculator(timing, "id-1").After(from), Calculator(timing, "id-1").After(from));
        Assert.True(shifts.Distinct().Count() > 40);
        Assert.All(shifts, s => Assert.InRange(s, from, from.AddMinutes(10).AddTicks(-1)));
    }

    [Theory]
    [InlineData("61 * * * *", "/cron", "is not a cron expression: field 1 (\"61\", at position 1): Minutes: Value must be a number between 0 and 59 (all inclusive)")]
    [InlineData("0  0 1 13 *", "/cron", "is not a cron expression: field 4 (\"13\", at position 8): Months: Value must be a number between 1 and 12 (all inclusive)")]
    [InlineData("* * * *", "/cron", "has 4 fields; a cron expression has 5, or 6 with seconds first")]
    [InlineData("0 0 31 2 *", "/cron", "never fires: no date matches it")]
    [InlineData("@reboot", "/cron", "is not a cron expression: Macro: Unexpected character 'r' on position 1")]
    public void Bad_cron_is_refused_with_field_and_position(string cron, string member, string message)
    {
        Assert.Null(OccurrenceCalculator.TryCreate(new ScheduleTiming { Cron = cron }, "x", out var error));
        Assert.Equal(new TimingError(member, message), error);
    }

    [Fact]
    public void Bad_cron_of_several_is_named_by_its_index()
    {
        Assert.Null(OccurrenceCalculator.TryCreate(new ScheduleTiming { Crons = ["0 0 * * *", "nonsense"] }, "x", out var error));
        Assert.Equal("/crons/1", error?.Pointer);
    }

    [Theory]
    [InlineData("Europe/Atlantis")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("Europe")]
    [InlineData("")]
    public void Unknown_zone_is_refused(string zone)
    {
        Assert.Null(OccurrenceCalculator.TryCreate(new ScheduleTiming { Cron = "0 0 * * *", TimeZone = zone }, "x", out var error));
        Assert.Equal("/timeZone", error?.Pointer);
    }

    private static OccurrenceCalculator Calculator(ScheduleTiming timing, string id = "test") =>
        OccurrenceCalculator.TryCreate(timing, id, out var error) ?? throw new InvalidOperationException(error?.Message);

    private static string Next(ScheduleTiming timing, string from, int count) =>
        string.Join(' ', Calculator(timing).AllAfter(Instant(from)).Take(count).Select(Show));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Show(DateTimeOffset instant) =>
        instant.ToString(instant.Second == 0 ? "yyyy-MM-dd'T'HH:mm'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
