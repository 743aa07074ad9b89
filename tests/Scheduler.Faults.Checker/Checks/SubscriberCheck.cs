using System.Globalization;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>
/// Every subscriber that resumed saw every event of the log in order from its first one on, or an explicit gap; and a gap is told only
/// where Redis may have forgotten something, for no campaign is long enough that its log is trimmed.
/// </summary>
internal static class SubscriberCheck
{
    private static readonly HashSet<string> Completions = ["job.succeeded", "job.failed", "job.deleted"];

    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        long[] log = [.. history.Log.Where(e => Completions.Contains(e.Event) && e.Id is not null).Select(e => Sequence(e.Id!)).Order()];
        var epoch = history.Log.LastOrDefault(e => e.Id is not null)?.Id?.Split('-')[0];
        foreach (var (name, lines) in history.Subscribers)
        {
            var gaps = lines.Count(l => l.Event == "gap");
            figures.Gaps += gaps;
            if (gaps > 0 && history.Run.Fsync == "always")
                yield return new Finding("needless-gap", $"{name} was told of {gaps} gaps though nothing was forgotten");
            figures.Resumes += lines.Count(l => l is { Event: "connect", Id: not null });
            foreach (var finding in OutOfOrder(name, lines))
                yield return finding;
            foreach (var finding in Holes(name, lines, epoch, log))
                yield return finding;
        }
    }

    private static IEnumerable<Finding> OutOfOrder(string name, IReadOnlyList<EventLine> lines)
    {
        (string Epoch, long Sequence) last = ("", 0);
        foreach (var line in lines.Where(l => Completions.Contains(l.Event)))
        {
            var (epoch, sequence) = (line.Id!.Split('-')[0], Sequence(line.Id));
            if (epoch == last.Epoch && sequence <= last.Sequence)
                yield return new Finding("event-order", $"{name} got {line.Id} after {last.Epoch}-{last.Sequence}");
            last = (epoch, sequence);
        }
    }

    // Only the epoch in which the log now is can be compared with it; where the log went back, older ones are gone with it.
    private static IEnumerable<Finding> Holes(string name, IReadOnlyList<EventLine> lines, string? epoch, long[] log)
    {
        var seen = new HashSet<long>();
        long? from = null, before = null;
        var mayMissUntil = 0L;
        foreach (var line in lines)
        {
            if (line.Event == "gap")
                (before, mayMissUntil) = (null, long.MaxValue);
            if (!Completions.Contains(line.Event) || line.Id!.Split('-')[0] != epoch)
                continue;
            var sequence = Sequence(line.Id);
            seen.Add(sequence);
            from ??= sequence;
            if (mayMissUntil == long.MaxValue)
                seen.UnionWith(log.Where(s => s < sequence));
            (before, mayMissUntil) = (sequence, 0);
        }

        if (from is null)
        {
            if (log.Length > 0 && lines.All(l => l.Event != "gap"))
                yield return new Finding("event-lost", $"{name} saw nothing of {log.Length} events and no gap");
            yield break;
        }

        var missed = log.Where(s => s >= from && !seen.Contains(s)).ToArray();
        if (missed.Length > 0)
            yield return new Finding("event-lost", $"{name} never saw {missed.Length} events, the first is {epoch}-{missed[0]} (it saw {seen.Count}, the last {before})");
    }

    private static long Sequence(string id) => long.Parse(id.AsSpan(id.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
