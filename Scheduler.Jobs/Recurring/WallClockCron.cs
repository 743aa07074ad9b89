namespace Scheduler.Jobs.Recurring;

/// <summary>A cron expression read on the wall clock of a time zone. Cronos matches local times; the zone's clock makes them instants.</summary>
internal sealed class WallClockCron(CronText cron, ZoneClock clock, DstRule dst)
{
    private readonly bool firesTwice = dst.Overlap == OverlapRule.Twice || (dst.Overlap == OverlapRule.AsWritten && cron.IsInterval);

    /// <summary>The first instant strictly after this one; null = never again.</summary>
    public DateTime? After(DateTime from)
    {
        var cursor = from.AddTicks(1);
        while (cursor.Year < CronText.LastYear)
        {
            var period = clock.PeriodAt(cursor);
            if (cursor == period.Start && FiresInGapBefore(period))
                return cursor;
            if (cron.NextLocal(FirstLocal(cursor, period)) is not { } local)
                return null;
            if (local < period.End + period.Offset)
                return DateTime.SpecifyKind(local - period.Offset, DateTimeKind.Utc);
            // Not further, however far the match is: a clock that goes back shows times again that this match lies beyond.
            cursor = period.End;
        }
        return null;
    }

    private bool FiresInGapBefore(ZonePeriod period) =>
        dst.Gap == GapRule.FirstValid && period.FollowsGap
        && cron.NextLocal(period.Start + period.OffsetBefore) is { } skipped && skipped < period.Start + period.Offset;

    private DateTime FirstLocal(DateTime cursor, ZonePeriod period) =>
        firesTwice ? cursor + period.Offset : Later(cursor + period.Offset, period.SecondPassEnds);

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;
}
