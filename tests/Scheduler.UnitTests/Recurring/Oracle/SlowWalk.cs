namespace Scheduler.UnitTests.Recurring.Oracle;

/// <summary>
/// The slow and obvious answer to compare with: goes through every minute of UTC (every second for six fields), reads the clock on the
/// wall, and asks each field. Shares no code with the engine; uses neither Cronos nor the runtime's time zones.
/// </summary>
internal sealed class SlowWalk(WalkedCron cron, ZoneFile zone, bool skipsGap, bool? firesTwice)
{
    private const int Day = 86_400;

    private readonly bool twice = firesTwice ?? cron.IsInterval;
    private readonly int step = cron.Second is null ? 60 : 1;
    private long cachedDay = long.MinValue;
    private bool cachedDayMatches;

    /// <summary>Strictly after <paramref name="from"/>, up to <paramref name="to"/>; both whole steps.</summary>
    public IEnumerable<long> Between(long from, long to)
    {
        var change = zone.IndexAt(from);
        for (var utc = from + step; utc <= to; utc += step)
        {
            var isChange = change + 1 < zone.Changes.Count && zone.Changes[change + 1].At <= utc;
            if (isChange)
                change++;
            if ((isChange && FiresForGap(change)) || FiresAt(utc, change))
                yield return utc;
            if (!cachedDayMatches)
                utc = Math.Max(utc, RestOfDay(utc, change));
        }
    }

    /// <summary>The last step of a day that does not match, or before its clock changes: nothing fires until then.</summary>
    private long RestOfDay(long utc, int change)
    {
        var midnight = ((cachedDay + 1) * Day) - zone.Changes[change].Offset;
        var end = change + 1 < zone.Changes.Count ? Math.Min(midnight, zone.Changes[change + 1].At) : midnight;
        return utc + ((end - 1 - utc) / step * step);
    }

    private bool FiresForGap(int change)
    {
        if (skipsGap || change == 0)
            return false;
        var (at, offset) = zone.Changes[change];
        for (var skipped = at + zone.Changes[change - 1].Offset; skipped < at + offset; skipped += step)
        {
            if (Matches(skipped))
                return true;
        }
        return false;
    }

    private bool FiresAt(long utc, int change)
    {
        var local = utc + zone.Changes[change].Offset;
        return Matches(local) && (twice || !WasShownBefore(utc, local, change));
    }

    /// <summary>Was this local time on the wall at an earlier instant?</summary>
    private bool WasShownBefore(long utc, long local, int change)
    {
        // No clock goes back by more than a day: older changes cannot have shown it.
        for (var earlier = change - 1; earlier >= 0 && utc - zone.Changes[earlier + 1].At <= 2 * Day; earlier--)
        {
            var then = local - zone.Changes[earlier].Offset;
            if (then >= zone.Changes[earlier].At && then < zone.Changes[earlier + 1].At)
                return true;
        }
        return false;
    }

    private bool Matches(long local)
    {
        var day = Math.DivRem(local, Day, out var second);
        if (day != cachedDay)
            (cachedDay, cachedDayMatches) = (day, cron.MatchesDay(DateTime.UnixEpoch.AddDays(day)));
        return cachedDayMatches && cron.MatchesTime((int)second);
    }
}
