using CsCheck;
using Scheduler.Jobs.Recurring;
using Scheduler.UnitTests.Recurring.Oracle;

namespace Scheduler.UnitTests.Recurring;

/// <summary>Random expressions, zones, starts and policies against <see cref="SlowWalk"/>.</summary>
public sealed class OccurrenceProperties
{
    private const int Compared = 12;

    // Until the tables of the zone files end: the rules behind them the runtime reads a day wrong where one says 24:00 (Africa/Cairo, 2040).
    private static readonly long First = At(1990, 1, 1), Last = At(2037, 1, 1);

    private static readonly ZoneFile[] Zones =
    [
        .. new[]
        {
            "Etc/UTC", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/New_York",
            "Europe/Dublin", "America/Sao_Paulo", "Pacific/Chatham", "Africa/Casablanca", "Asia/Tehran", "America/St_Johns", "Antarctica/Troll",
        }.Select(ZoneFile.Read),
    ];

    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly Gen<CronField?> NoSeconds = Gen.Bool.Select(_ => (CronField?)null);

    private static readonly Gen<DayRule> Days = Gen.Frequency(
        (5, Gen.Select(AnyOften(1, 31), AnyOften(0, 6), Gen.Bool, (day, weekday, named) =>
            DayRule.Numbers(day, named && weekday.Text != "*" ? weekday.Named(DayNames, 0) : weekday))),
        (1, Gen.Int[0, 5].Select(DayRule.Last)),
        (1, Gen.Int[0, 6].Select(Gen.Int[1, 5], DayRule.NthWeekday)),
        (1, Gen.Int[0, 6].Select(DayRule.LastWeekday)),
        (1, Gen.Int[1, 31].Select(DayRule.NearestWorkday)),
        (1, Gen.Const(DayRule.LastWorkday)));

    private static readonly Gen<CronField> Months =
        Gen.Select(AnyOften(1, 12), Gen.Bool, (month, named) => named && month.Text != "*" ? month.Named(MonthNames, 1) : month);

    private static readonly Gen<(bool SkipsGap, bool? Twice)> Policies =
        Gen.Select(Gen.Bool, OneOf<bool?>([null, true, false]), (skips, twice) => (skips, twice));

    // Most of them where a clock changes or a month ends: elsewhere there is little to get wrong.
    private static readonly Gen<(ZoneFile Zone, long Day)> Places = OneOf(Zones).SelectMany(zone =>
    {
        var changes = zone.Changes.Where(c => c.At > First && c.At < Last).Select(c => c.At).ToArray();
        var anyDay = Gen.Long[First / 86_400, Last / 86_400].Select(d => d * 86_400);
        var monthEnd = Gen.Int[0, 12 * 46].Select(m => new DateTimeOffset(new DateTime(1990, 1, 30, 0, 0, 0, DateTimeKind.Utc).AddMonths(m)).ToUnixTimeSeconds());
        var nearChange = changes.Length == 0 ? anyDay : OneOf(changes).Select(Gen.Int[-20, 2], (at, hours) => (at / 3600 * 3600) + (hours * 3600));
        return Gen.Frequency((3, nearChange), (1, anyDay), (1, monthEnd)).Select(day => (zone, day));
    });

    [Fact]
    public void Instants_equal_a_slow_walk_by_minutes() =>
        Gen.Select(Crons(NoSeconds, Field(0, 23)), Places, Policies)
            .Sample((cron, place, policy) => Compare(cron, place.Zone, place.Day, place.Day + 86_400, policy), iter: 80_000);

    [Fact]
    public void Instants_equal_a_slow_walk_by_seconds() =>
        Gen.Select(Crons(Field(0, 59).Select(f => (CronField?)f), AnyOften(0, 23)), Places, Policies)
            .Sample((cron, place, policy) => Compare(cron, place.Zone, place.Day, place.Day + (2 * 3600), policy), iter: 20_000);

    [Fact]
    public void Instants_of_rare_days_equal_a_slow_walk_over_years() =>
        Gen.Select(OneOf([(29, 2), (31, 1), (31, 12), (30, 11), (31, 3)]), Gen.Int[0, 23], OneOf(Zones), Gen.Int[1990, 2031], Policies)
            .Sample((date, hour, zone, year, policy) =>
            {
                var day = DayRule.Numbers(CronField.List([date.Item1]), CronField.Any(0, 6));
                var cron = new WalkedCron(null, CronField.List([30]), CronField.List([hour]), CronField.List([date.Item2]), day);
                return Compare(cron, zone, At(year, 1, 1), At(year + 5, 1, 1), policy);
            }, iter: 60);

    [Fact]
    public void Instants_strictly_increase_whatever_the_timing() =>
        Gen.Select(Crons(NoSeconds, Field(0, 23)), Places, Gen.Int[0, 4], Gen.Int[0, 90], Gen.Int[0, 1000].Select(i => $"id-{i}"))
            .Sample((cron, place, weekend, jitter, id) =>
            {
                var timing = new ScheduleTiming
                {
                    Crons = [cron.Text, "17 */5 * * *"],
                    TimeZone = place.Zone.Name,
                    Jitter = TimeSpan.FromMinutes(jitter),
                    Exclude = weekend == 0 ? new ScheduleExclusions([], [new WeeklyWindow([DayOfWeek.Saturday], TimeSpan.Zero, TimeSpan.FromDays(1))]) : null,
                };
                if (Calculator(timing, id) is not { } calculator)
                    return true;
                var day = DateTimeOffset.FromUnixTimeSeconds(place.Day);
                var instants = calculator.AllAfter(day).Take(40).ToList();
                return instants.Zip(instants.Skip(1)).All(pair => pair.First < pair.Second)
                    && instants.All(i => i > day)
                    && calculator.Newest(day, instants[^1]) == instants[^1]
                    && calculator.Newest(day, instants[^1].AddTicks(-1)) == instants[^2];
            }, iter: 1_000);

    private static bool Compare(WalkedCron cron, ZoneFile zone, long from, long to, (bool SkipsGap, bool? Twice) policy)
    {
        var timing = new ScheduleTiming
        {
            Cron = cron.Text,
            TimeZone = zone.Name,
            Gap = policy.SkipsGap ? GapRule.Skip : GapRule.FirstValid,
            Overlap = policy.Twice switch { null => OverlapRule.AsWritten, true => OverlapRule.Twice, _ => OverlapRule.Once },
        };
        var walked = new SlowWalk(cron, zone, policy.SkipsGap, policy.Twice).Between(from, to).Take(Compared).ToList();
        var calculated = Calculator(timing)?.AllAfter(DateTimeOffset.FromUnixTimeSeconds(from)).Select(i => i.ToUnixTimeSeconds())
            .TakeWhile(i => i <= to).Take(Compared).ToList() ?? [];
        return walked.SequenceEqual(calculated)
            ? true : throw new InvalidOperationException(
                $"{cron.Text} in {zone.Name} after {Show(from)} gap {timing.Gap} overlap {timing.Overlap}\n"
                + $"walked:     {string.Join(' ', walked.Select(Show))}\ncalculated: {string.Join(' ', calculated.Select(Show))}");
    }

    private static Gen<WalkedCron> Crons(Gen<CronField?> second, Gen<CronField> hour) =>
        Gen.Select(second, Field(0, 59), hour, Months, Days, (s, m, h, month, day) => new WalkedCron(s, m, h, month, day));

    private static Gen<CronField> Field(int first, int last) => Gen.OneOf(
        Gen.Const(CronField.Any(first, last)),
        Gen.Int[1, Math.Min(30, last)].Select(step => CronField.Step(first, last, step)),
        Gen.Int[first, last].SelectMany(from => Gen.Int[from, last].Select(to => CronField.Span(from, to))),
        Gen.Int[first, last].SelectMany(from => Gen.Int[from, last].SelectMany(to => Gen.Int[1, Math.Min(9, last)].Select(step => CronField.SpanStep(from, to, step)))),
        Gen.Int[first, last].Array[1, 3].Select(values => CronField.List(values.Distinct())));

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<CronField> AnyOften(int first, int last) =>
        Gen.Frequency((4, Gen.Const(CronField.Any(first, last))), (1, Field(first, last)));

    private static OccurrenceCalculator? Calculator(ScheduleTiming timing, string id = "property") =>
        OccurrenceCalculator.TryCreate(timing, id, out _);

    private static long At(int year, int month, int day) => new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static string Show(long instant) => DateTimeOffset.FromUnixTimeSeconds(instant).ToString("yyyy-MM-dd'T'HH:mm:ss", null);
}
