using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>
/// Starts are bounded by faults: a job starts again because it threw, was requeued, or because its worker or Redis really was
/// disturbed meanwhile. Starvation, slow links, cut or killed connections and deleted lease keys each explain nothing; a starved process
/// whose connection broke does: it cannot connect again before a thread is free. A process is starved while a handler that blocks its thread
/// runs in it, as the handler itself witnessed, not while the campaign brings such jobs: they wait in queues, and move to other processes.
/// A poison job starts three times. A worker told to stop claims nothing.
/// </summary>
internal static class StartCheck
{
    private const int MostDeaths = 3;

    // A worker that got SIGTERM claims nothing from one second on; half a second is for what it had claimed by then.
    private const long ClaimGraceMs = 1_500;

    private static readonly HashSet<string> OfRedis = ["redis-kill", "redis-stop", "redis-failover", "primary-freeze", "disk-full", "maxmemory"];
    private static readonly HashSet<string> OfLinks = ["proxy-half-open", "proxy-drop-replies", "proxy-refuse"];

    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        var requeued = history.Calls.Where(c => c is { Op: "requeue", Phase: not "fail" }).ToLookup(c => c.Ids[0]);
        var ends = history.Witnessed.Where(w => w.What is "done" or "threw" or "cancelled").ToLookup(w => (w.Job, w.Fence));
        foreach (var (job, starts) in history.Starts)
        {
            figures.Starts += starts.Length;
            figures.RepeatedStarts += starts.Length - 1;
            if (starts.Count(s => s.What == "crash") > MostDeaths * (1 + requeued[job].Count()))
                yield return new Finding("poison", $"job {job} killed {starts.Length} processes");
            foreach (var (before, after) in starts.Zip(starts.Skip(1)))
            {
                var end = ends[(job, before.Fence)].FirstOrDefault();
                if (before.What == "crash" || end?.What == "threw" || requeued[job].Any(r => r.Began <= after.T && r.T >= before.T - 1000))
                    continue;
                if (!IsExplained(history, before, after))
                    yield return new Finding("started-again", $"job {job} started under {before.Fence} at {before.T} (pid {before.Pid}, {end?.What ?? "no end"}) and again under {after.Fence} at {after.T} (pid {after.Pid}) without a fault that explains it");
            }
        }

        foreach (var finding in AfterSigterm(history))
            yield return finding;
    }

    private static bool IsExplained(History history, WitnessLine before, WitnessLine after)
    {
        // What happened up to a lease before the start may have eaten the lease before the handler ran.
        var from = before.T - history.Run.LeaseMs;
        if (history.FaultsOf(before.Pid).Any(f => f.Fault is not "starve" && f.Touches(from, after.T)) || DiedOfPoison(history, before, after))
            return true;
        var node = history.Processes.FirstOrDefault(p => p.Pid == before.Pid)?.Node;
        if (history.WasStarved(before.Pid, from, after.T) && history.Faults.Any(f => f.Touches(from, after.T) && BreaksConnectionOf(node, f)))
            return true;
        return history.Faults.Any(f => f.Touches(from, after.T) && (OfRedis.Contains(f.Fault) || (OfLinks.Contains(f.Fault) && f.Target == node)));
    }

    private static bool BreaksConnectionOf(string? node, Interval fault) =>
        fault.Fault == "client-kill" || (fault.Target == node && fault.Fault.StartsWith("proxy-", StringComparison.Ordinal));

    private static bool DiedOfPoison(History history, WitnessLine before, WitnessLine after) =>
        history.Witnessed.Any(w => w.What == "crash" && w.Pid == before.Pid && w.T <= after.T);

    private static IEnumerable<Finding> AfterSigterm(History history)
    {
        foreach (var told in history.Faults.Where(f => f is { Fault: "worker-term", Pid: not null }))
        {
            var late = history.Witnessed.Where(w => w.Pid == told.Pid && w.What == "start" && w.T > told.From + ClaimGraceMs && w.T < told.To).ToArray();
            if (late.Length > 0 && !history.Faults.Any(f => f.Fault != "worker-term" && f.Pid == told.Pid && f.Touches(told.From, told.To)))
                yield return new Finding("drain", $"pid {told.Pid} started {late.Length} jobs more than {ClaimGraceMs} ms after SIGTERM, the first at +{late[0].T - told.From} ms");
        }
    }
}
