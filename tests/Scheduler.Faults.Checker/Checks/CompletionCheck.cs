using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>One accepted completion and one completion event for each life of a job, under the newest fencing token.</summary>
internal static class CompletionCheck
{
    private static readonly HashSet<string> Completions = ["job.succeeded", "job.failed", "job.deleted"];

    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        var requeues = history.Calls.Where(c => c is { Op: "requeue", Phase: not "fail" }).ToLookup(c => c.Ids[0]);
        // A log that went back with Redis (everysec) cannot show what it lost.
        var whole = history.Log.Count > 0 && history.Log.All(e => e.Event != "gap") && history.Run.Fsync == "always";
        var events = history.Log.Where(e => Completions.Contains(e.Event)).ToLookup(e => e.Job!);
        foreach (var job in history.Jobs.Values)
        {
            EventLine[] ends = [.. events[job.Id]];
            figures.Completions += ends.Length;
            var lives = 1 + requeues[job.Id].Count();
            if (ends.Length > lives)
                yield return new Finding("completed-twice", $"job {job.Id} has {ends.Length} completion events in {lives} lives: {string.Join(", ", ends.Select(e => e.Id))}");
            if (ends.Length == 0 && whole)
                yield return new Finding("no-event", $"job {job.Id} is {job.State} without a completion event");
            if (ends.Length > 0 && ends[^1].Event != "job." + job.State && whole)
                yield return new Finding("wrong-event", $"job {job.Id} is {job.State}, its last event is {ends[^1].Event}");
            foreach (var finding in Fences(history, job, ends, figures))
                yield return finding;
        }
    }

    private static IEnumerable<Finding> Fences(History history, JobLine job, EventLine[] ends, Figures figures)
    {
        var started = history.Starts.GetValueOrDefault(job.Id) ?? [];
        long last = 0;
        foreach (var end in ends.Where(e => e.Fence is not null))
        {
            if (end.Fence <= last)
                yield return new Finding("fence", $"job {job.Id}: completion {end.Id} under token {end.Fence} after {last}");
            last = end.Fence!.Value;
        }

        if (ends is [.., { Fence: { } accepted }] && started.Length > 0 && accepted < started[^1].Fence)
        {
            figures.StaleAccepted++;
            yield return new Finding("stale-accepted", $"job {job.Id}: accepted under token {accepted} though it had been started under {started[^1].Fence}");
        }

        // By the clock they may come the other way round: a worker can be paused between its claim and its start.
        foreach (var twice in started.GroupBy(w => w.Fence).Where(g => g.Count() > 1))
            yield return new Finding("fence", $"job {job.Id}: token {twice.Key} was given to {twice.Count()} starts");
    }
}
