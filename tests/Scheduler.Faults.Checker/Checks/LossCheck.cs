using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>Every acknowledged job exists and is final at the end; nothing runs that nobody asked for; a bulk exists whole or not at all.</summary>
internal static class LossCheck
{
    // With failovers: what was not replicated yet. The longest time that appendfsync everysec may leave a write in memory: one second, or two where the disk stalls.
    private const long EverysecWindowMs = 2_000;

    // A primary that comes back from a freeze believes that it still is one until a sentinel tells it otherwise.
    private const long DemotionMs = 15_000;

    private const string Replicated = "replicated";

    private static readonly HashSet<string> Final = ["succeeded", "failed", "deleted"];

    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        var byMarker = history.Jobs.Values.Where(j => j.Marker is not null && j.RecurringId is null).ToLookup(j => j.Marker!);
        return [.. Acknowledged(history, figures), .. NotFinal(history), .. Invented(history), .. HalfBulks(history, byMarker), .. Doubled(history, byMarker)];
    }

    private static IEnumerable<Finding> Acknowledged(History history, Figures figures)
    {
        foreach (var call in history.Calls.Where(c => c is { Phase: "ok", Op: "enqueue" or "bulk" }))
        {
            foreach (var (id, marker) in call.Ids.Zip(call.Markers))
            {
                figures.Acknowledged++;
                figures.Replicated += call.Level == Replicated ? 1 : 0;
                if (history.Jobs.ContainsKey(id))
                    continue;
                if (call.Level != Replicated && WindowOf(history, call) is { } window)
                    (figures.LostInWindow, figures.LossWindowMs) = (figures.LostInWindow + 1, Math.Max(figures.LossWindowMs, window));
                else
                    yield return new Finding("lost", $"job {id} ({marker}) was acknowledged by {call.Node} at {call.T} ({call.Level ?? "no level"}) and is gone");
            }
        }
    }

    private static IEnumerable<Finding> NotFinal(History history) => history.Jobs.Values.Where(j => !Final.Contains(j.State))
        .Select(j => new Finding("liveness", $"job {j.Id} ({j.Marker}) is still {j.State} after all became quiet"));

    private static IEnumerable<Finding> Invented(History history)
    {
        var asked = history.Calls.SelectMany(c => c.Markers).ToHashSet();
        return history.Witnessed.Where(w => !asked.Contains(w.Marker)).Select(w => new Finding("invented", $"job {w.Job} ran with {w.Marker}, for which nobody asked"));
    }

    private static IEnumerable<Finding> HalfBulks(History history, ILookup<string, JobLine> byMarker)
    {
        foreach (var bulk in history.Calls.Where(c => c.Op == "bulk").DistinctBy(c => c.Markers[0]))
        {
            var there = bulk.Markers.Count(m => byMarker[m].Any());
            if (there > 0 && there < bulk.Markers.Length && (bulk.Level == Replicated || WindowOf(history, bulk) is null))
                yield return new Finding("half-written", $"of the bulk {bulk.Markers[0]}... {there} of {bulk.Markers.Length} jobs exist (status {bulk.Status})");
        }
    }

    // Null where nothing excuses a loss: always, unless Redis died right after, or the primary was frozen while another took over.
    private static long? WindowOf(History history, CallLine call)
    {
        if (history.Run.Fsync == "always")
            return null;
        return history.RedisKills.Where(k => k.From >= call.Began && k.From - call.T <= EverysecWindowMs).Select(k => (long?)Math.Max(0, k.From - call.T))
            .Concat(history.Freezes.Where(f => f.Touches(call.Began - EverysecWindowMs, call.T) || (call.T >= f.To && call.Began - f.To <= DemotionMs))
                .Select(f => (long?)Math.Max(0, call.T - f.To)))
            .Min();
    }

    // Each call without a key is sent once and its markers are its own; a keyed one is sent again until it is answered.
    private static IEnumerable<Finding> Doubled(History history, ILookup<string, JobLine> byMarker)
    {
        var keyed = history.Calls.Where(c => c.Key is not null).SelectMany(c => c.Markers).ToHashSet();
        var ids = history.Calls.Where(c => c is { Phase: "ok", Key: not null, Op: "enqueue" or "bulk" })
            .SelectMany(c => c.Markers.Zip(c.Ids)).Distinct().ToLookup(p => p.First, p => p.Second);
        return byMarker.Where(g => g.Count() > 1)
            .Select(g => new Finding(keyed.Contains(g.Key) ? "idempotency" : "doubled", $"{g.Key} made {g.Count()} jobs: {string.Join(", ", g.Select(j => j.Id))}"))
            .Concat(ids.Where(g => g.Count() > 1 && history.Run.Fsync == "always")
                .Select(g => new Finding("idempotency", $"{g.Key} was answered with several ids: {string.Join(", ", g)}")));
    }
}
