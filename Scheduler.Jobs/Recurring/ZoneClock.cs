using System.Collections.Concurrent;

namespace Scheduler.Jobs.Recurring;

/// <summary>A stretch of UTC with one offset.</summary>
/// <param name="OffsetBefore">The offset of the stretch before; equal to <paramref name="Offset"/> where only a year begins.</param>
internal readonly record struct ZonePeriod(DateTime Start, DateTime End, TimeSpan Offset, TimeSpan OffsetBefore)
{
    /// <summary>Local times were skipped when this period began.</summary>
    public bool FollowsGap => Offset > OffsetBefore;

    /// <summary>Local times are lived a second time when this period begins, until this local time.</summary>
    public DateTime SecondPassEnds => Start + OffsetBefore;
}

/// <summary>
/// Where a time zone's offset changes. Found by asking for offsets of UTC instants only: that question has one answer,
/// while asking for a local time goes wrong where a zone skips a whole day (Pacific/Apia, 2011).
/// </summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private static readonly TimeSpan Step = TimeSpan.FromHours(12);

    // Longer than any overlap: a year's first period must know of an overlap that began in the year before.
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(2);

    private static readonly ConcurrentDictionary<string, ZoneClock> Clocks = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<int, ZonePeriod[]> years = new();

    public static ZoneClock Of(TimeZoneInfo zone) => Clocks.GetOrAdd(zone.Id, static (_, z) => new ZoneClock(z), zone);

    /// <summary>Clocks made from here on read the zones anew.</summary>
    public static void ForgetAll() => Clocks.Clear();

    public ZonePeriod PeriodAt(DateTime utc)
    {
        var periods = years.GetOrAdd(utc.Year, static (year, self) => self.PeriodsOf(year), this);
        return Array.FindLast(periods, p => p.Start <= utc);
    }

    public TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);

    /// <summary>The first instant at which a clock there shows this time or later.</summary>
    public DateTime FirstInstantOf(DateTime local)
    {
        // No offset is beyond 14 hours, and no change moves a clock by more than a day.
        var period = PeriodAt(local - TimeSpan.FromHours(40));
        while (local >= period.End + period.Offset)
            period = PeriodAt(period.End);
        var instant = local - period.Offset;
        return instant > period.Start ? instant : period.Start;
    }

    public IEnumerable<ClockChange> ChangesIn(DateTimeOffset from, DateTimeOffset to)
    {
        for (var period = PeriodAt(from.UtcDateTime); period.End <= to.UtcDateTime; period = PeriodAt(period.End))
        {
            if (OffsetAt(period.End) is var after && after != period.Offset)
                yield return new ClockChange(new DateTimeOffset(period.End, TimeSpan.Zero), period.Offset, after);
        }
    }

    private ZonePeriod[] PeriodsOf(int year)
    {
        var end = new DateTime(year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var start = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - Lookback;
        List<ZonePeriod> periods = [];
        var (from, before) = (start, OffsetAt(start));
        foreach (var change in ChangesBetween(start, end))
        {
            periods.Add(new ZonePeriod(from, change, OffsetAt(from), before));
            (from, before) = (change, OffsetAt(from));
        }
        periods.Add(new ZonePeriod(from, end, OffsetAt(from), before));
        return [.. periods];
    }

    private IEnumerable<DateTime> ChangesBetween(DateTime start, DateTime end)
    {
        for (var from = start; from < end;)
        {
            var to = end - from > Step ? from + Step : end;
            if (OffsetAt(from) != OffsetAt(to))
                yield return to = ChangeWithin(from, to);
            from = to;
        }
    }

    private DateTime ChangeWithin(DateTime from, DateTime to)
    {
        var offset = OffsetAt(from);
        long same = from.Ticks, changed = to.Ticks;
        while (changed - same > 1)
        {
            var middle = same + (changed - same) / 2;
            if (OffsetAt(new DateTime(middle, DateTimeKind.Utc)) == offset)
                same = middle;
            else
                changed = middle;
        }
        // The runtime ends some of its rules a millisecond early; real changes are at whole seconds.
        var remainder = changed % TimeSpan.TicksPerSecond;
        var isEarly = remainder >= TimeSpan.TicksPerSecond - TimeSpan.TicksPerMillisecond;
        return new DateTime(isEarly ? changed - remainder + TimeSpan.TicksPerSecond : changed, DateTimeKind.Utc);
    }
}
