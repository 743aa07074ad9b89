using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Scheduler.Jobs.Recurring.Calendars;

namespace Scheduler.Jobs.Recurring;

/// <summary>The instants of one schedule. The preview and the firing both ask here, so they agree.</summary>
internal sealed class OccurrenceCalculator
{
    // Each step leaps over a whole exclusion: a schedule that meets this many never fires.
    private const int MaxExclusionsInARow = 5_000;

    private readonly List<Func<DateTime, DateTime?>> sources;
    private readonly ScheduleTiming timing;
    private readonly ExcludedTimes excluded;
    private readonly ZoneClock clock;
    private readonly double shift;

    private OccurrenceCalculator(
        ScheduleTiming timing, ExcludedTimes excluded, ZoneClock clock, List<Func<DateTime, DateTime?>> sources, string scheduleId)
    {
        this.timing = timing;
        this.excluded = excluded;
        this.clock = clock;
        this.sources = sources;
        shift = BinaryPrimitives.ReadUInt32BigEndian(HashOf(scheduleId)) / (uint.MaxValue + 1.0);
    }

    /// <summary>The clock of the schedule's zone.</summary>
    public ZoneClock Clock => clock;

    /// <summary>Builds the calculator of a timing that names no calendars, or says which member is wrong and why.</summary>
    public static OccurrenceCalculator? TryCreate(ScheduleTiming timing, string scheduleId, out TimingError? error) =>
        TryCreate(timing, scheduleId, CalendarSet.Empty, out error);

    /// <summary>Builds the calculator, or says which member of the timing is wrong and why.</summary>
    public static OccurrenceCalculator? TryCreate(ScheduleTiming timing, string scheduleId, CalendarSet calendars, out TimingError? error)
    {
        if (!ZoneName.TryFind(timing.TimeZone, out var zone))
        {
            error = new TimingError("/timeZone", "is not a known time zone; use a name like Europe/Berlin or UTC");
            return null;
        }
        var clock = ZoneClock.Of(zone);
        var sources = new List<Func<DateTime, DateTime?>>();
        error = AddCrons(sources, timing, clock, BinaryPrimitives.ReadInt32BigEndian(HashOf(scheduleId).AsSpan(4)));
        if (timing.Interval is { } interval)
            sources.Add(interval.After);
        return error is null && ExcludedTimes.TryCreate(timing.Exclude, calendars, out var excluded, out error)
            ? new OccurrenceCalculator(timing, excluded, clock, sources, scheduleId) : null;
    }

    /// <summary>The first instant strictly after this one; null = never again.</summary>
    public DateTimeOffset? After(DateTimeOffset from)
    {
        var after = from.UtcDateTime;
        if (timing.Jitter is not { } jitter || jitter <= TimeSpan.Zero)
            return AsInstant(NominalAfter(after));
        // Of the nominal instants that have passed only the newest can still be ahead when shifted: no shift reaches the next one.
        if (NewestNominal(Earlier(after, jitter), after) is { } passed && Shifted(passed, jitter) is var shifted && shifted > after)
            return AsInstant(shifted);
        return NominalAfter(after) is { } next ? AsInstant(Shifted(next, jitter)) : null;
    }

    /// <summary>The instants after <paramref name="from"/>, without an end where the schedule has none.</summary>
    public IEnumerable<DateTimeOffset> AllAfter(DateTimeOffset from)
    {
        for (var next = After(from); next is { } instant; next = After(instant))
            yield return instant;
    }

    /// <summary>The newest instant in this range, both ends included; null = none.</summary>
    public DateTimeOffset? Newest(DateTimeOffset first, DateTimeOffset last) => NewestOf(After, first, last);

    private static TimingError? AddCrons(List<Func<DateTime, DateTime?>> sources, ScheduleTiming timing, ZoneClock clock, int seed)
    {
        for (var i = 0; i < timing.AllCrons.Count; i++)
        {
            var pointer = timing.Cron is null ? $"/crons/{i}" : "/cron";
            if (!CronText.TryParse(timing.AllCrons[i], seed, out var cron, out var reason))
                return new TimingError(pointer, reason);
            if (cron.NextLocal(DateTime.UnixEpoch) is null)
                return new TimingError(pointer, "never fires: no date matches it");
            sources.Add(new WallClockCron(cron, clock, new DstRule(timing.Gap, timing.Overlap)).After);
        }
        return null;
    }

    /// <summary>Without jitter.</summary>
    private DateTime? NominalAfter(DateTime from)
    {
        var after = timing.StartAt is { } start && start.UtcDateTime > from ? start.UtcDateTime.AddTicks(-1) : from;
        for (var met = 0; met < MaxExclusionsInARow; met++)
        {
            if (EarliestAfter(after) is not { } next || next > timing.EndAt?.UtcDateTime)
                return null;
            if (excluded.CoverOf(next + clock.OffsetAt(next)) is not { } cover)
                return next;
            var beforeEnd = clock.FirstInstantOf(cover.End).AddTicks(-1);
            after = beforeEnd > next ? beforeEnd : next;
        }
        return null;
    }

    /// <summary>The nominal instants within this range that an exclusion takes out, with its reason; the first hundred.</summary>
    public IReadOnlyList<(DateTimeOffset At, string Reason)> ExcludedBetween(DateTimeOffset from, DateTimeOffset to)
    {
        const int Most = 100, MostLooks = 20_000;
        List<(DateTimeOffset, string)> found = [];
        var next = EarliestAfter(from.UtcDateTime);
        for (var looks = 0; next <= to.UtcDateTime && looks < MostLooks && found.Count < Most; looks++)
        {
            var local = next.Value + clock.OffsetAt(next.Value);
            if (!(next < timing.StartAt?.UtcDateTime) && excluded.CoverOf(local) is { } cover)
                found.Add((AsInstant(next.Value), cover.Reason));
            next = EarliestAfter(next.Value);
        }
        return found;
    }

    private DateTime? EarliestAfter(DateTime from)
    {
        DateTime? earliest = null;
        foreach (var source in sources)
        {
            if (source(from) is { } next && (earliest is null || next < earliest))
                earliest = next;
        }
        return earliest;
    }

    private DateTime Shifted(DateTime nominal, TimeSpan jitter)
    {
        var room = NominalAfter(nominal) is { } next && next - nominal < jitter ? next - nominal : jitter;
        return nominal.AddMilliseconds(Math.Floor(room.TotalMilliseconds * shift));
    }

    private DateTime? NewestNominal(DateTime first, DateTime last) =>
        NewestOf(i => AsInstant(NominalAfter(i.UtcDateTime)), AsInstant(first), AsInstant(last))?.UtcDateTime;

    // Backwards in growing windows: the cost depends on how dense the instants are, not on how long ago the first one was.
    private static DateTimeOffset? NewestOf(Func<DateTimeOffset, DateTimeOffset?> after, DateTimeOffset first, DateTimeOffset last)
    {
        for (var window = TimeSpan.FromMinutes(1); ; window *= 2)
        {
            var isWhole = last - first <= window;
            var from = (isWhole ? first : last - window).AddTicks(-1);
            DateTimeOffset? newest = null;
            for (var next = after(from); next <= last; next = after(next.Value))
                newest = next;
            if (newest is not null || isWhole)
                return newest;
        }
    }

    private static byte[] HashOf(string scheduleId) => SHA256.HashData(Encoding.UTF8.GetBytes(scheduleId));

    private static DateTime Earlier(DateTime instant, TimeSpan by) => instant.Ticks > by.Ticks ? instant - by : instant;

    private static DateTimeOffset AsInstant(DateTime utc) => new(utc.Ticks, TimeSpan.Zero);

    private static DateTimeOffset? AsInstant(DateTime? utc) => utc is { } value ? AsInstant(value) : null;
}

/// <param name="Pointer">JSON pointer to the member.</param>
/// <param name="Message">For the author of the schedule; continues a sentence whose subject is the member.</param>
internal sealed record TimingError(string Pointer, string Message)
{
    public override string ToString() => $"{Pointer} {Message}.";
}
