using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>Why a job that may run now waits in its queue: what stands in its way first, then how far it is from its turn.</summary>
internal static class WaitingReasons
{
    private static readonly TimeSpan StillAlive = WorkerStore.SilentAfter;

    public static (IReadOnlyList<Reason> Reasons, DateTimeOffset? Start) Of(
        JobRecord job, WaitFacts facts, IReadOnlyList<WorkerRecord> workers, QueuePace pace)
    {
        var live = workers.Where(w => facts.Now - w.HeartbeatAt < StillAlive).ToList();
        var reasons = new List<Reason>();
        if (facts.Pause is { } pause)
            reasons.Add(Paused(job, facts.Now, pause));
        if (WithoutWorker(job, live) is { } nobody)
            reasons.Add(nobody);
        var isBlocked = reasons.Count > 0;
        var start = isBlocked ? null : EstimatedStart(facts, facts.IsSetAside || facts.IsSuspect ? 0 : FreeSlots(job, live), pace);
        reasons.Add(Turn(job, facts, ForJob(job, live), pace, start));
        return (reasons, start);
    }

    private static Reason Paused(JobRecord job, DateTimeOffset now, QueuePause pause)
    {
        var by = pause.By is null ? "" : $" by {pause.By}";
        var note = pause.Note is null ? "" : $" ({pause.Note})";
        return new Reason(ReasonCodes.QueuePaused, $"Queue '{job.Queue}' was paused{by} {SpokenTime.Duration(now - pause.At)} ago{note}; no worker takes from it until it is resumed.")
        {
            Queue = job.Queue,
            By = pause.By,
            Since = pause.At,
            Note = pause.Note,
        };
    }

    private static Reason? WithoutWorker(JobRecord job, List<WorkerRecord> live)
    {
        if (live.Count == 0)
            return new Reason(ReasonCodes.NoWorker, "No worker process is alive; start one.");
        var serving = live.Where(w => w.Queues.Contains(job.Queue)).ToList();
        if (serving.Count == 0)
            return new Reason(ReasonCodes.NoWorkerForQueue,
                $"None of the {SpokenTime.Count(live.Count, "live worker")} serves queue '{job.Queue}'; add it to Scheduler:Worker:Queues of one.") { Queue = job.Queue };
        var able = serving.Where(w => CanRun(w, job)).ToList();
        if (able.Count == 0)
            return new Reason(ReasonCodes.NoWorkerForType,
                $"None of the {SpokenTime.Count(serving.Count, "worker")} that serve queue '{job.Queue}' can run '{job.Type}'; deploy its handler to one.") { Queue = job.Queue };
        return able.All(w => w.Draining)
            ? new Reason(ReasonCodes.WorkersDraining, $"All workers that can run it are draining and take no new jobs: {string.Join(", ", able.Select(w => w.Id))}.") { Queue = job.Queue }
            : null;
    }

    private static Reason Turn(JobRecord job, WaitFacts facts, List<WorkerRecord> able, QueuePace pace, DateTimeOffset? start)
    {
        var when = start is { } at ? $" At {SpokenTime.Number(pace.EndsPerSecond)} jobs a second it should start in {SpokenTime.Duration(at - facts.Now)}." : "";
        if (facts.Ahead is null)
            return new Reason(ReasonCodes.Backlog, $"It is not among the next 100,000 of the {SpokenTime.Count(facts.QueueLength, "job")} in queue '{job.Queue}'.{when}")
            { Queue = job.Queue, Ahead = facts.QueueLength, PerSecond = pace.EndsPerSecond };
        if (facts.Ahead > 0)
            return new Reason(ReasonCodes.Backlog, $"{SpokenTime.Count(facts.Ahead.Value, "job")} in queue '{job.Queue}' come{(facts.Ahead == 1 ? "s" : "")} before it.{when}")
            { Queue = job.Queue, Ahead = facts.Ahead, PerSecond = pace.EndsPerSecond };
        if (able.Count > 0 && able.All(w => w.Running >= w.Concurrency))
            return new Reason(ReasonCodes.WorkersBusy,
                $"It is next, but all {SpokenTime.Count(able.Sum(w => w.Concurrency), "slot")} of the workers that can run it are taken.{when}") { Queue = job.Queue, Ahead = 0, PerSecond = pace.EndsPerSecond };
        if (facts.IsSuspect)
            return new Reason(ReasonCodes.WorkersBusy, $"Two processes died while it ran, so it runs alone: it is next when its worker has no other such job.")
            { Queue = job.Queue, Ahead = 0 };
        if (facts.IsSetAside && able.Count > 0)
            return new Reason(ReasonCodes.WorkersBusy,
                $"It is next of its type, but the workers run as many of those as they can: an isolated job needs a child process, a CPU-bound one a core.{when}")
            { Queue = job.Queue, Ahead = 0, PerSecond = pace.EndsPerSecond };
        return new Reason(ReasonCodes.Next, $"It is next in queue '{job.Queue}'.") { Queue = job.Queue, Ahead = 0 };
    }

    /// <summary>Null where nothing was measured and somebody is before it.</summary>
    private static DateTimeOffset? EstimatedStart(WaitFacts facts, int freeSlots, QueuePace pace)
    {
        var ahead = facts.Ahead ?? facts.QueueLength;
        if (ahead < freeSlots)
            return facts.Now;
        return pace.EndsPerSecond > 0 ? facts.Now.AddSeconds((ahead - freeSlots + 1) / pace.EndsPerSecond) : null;
    }

    private static int FreeSlots(JobRecord job, List<WorkerRecord> live) => ForJob(job, live).Sum(w => Math.Max(w.Concurrency - w.Running, 0));

    private static List<WorkerRecord> ForJob(JobRecord job, List<WorkerRecord> live) =>
        [.. live.Where(w => !w.Draining && w.Queues.Contains(job.Queue) && CanRun(w, job))];

    /// <summary>A stock Hangfire server names no types: it runs expressions, as every worker of ours does.</summary>
    private static bool CanRun(WorkerRecord worker, JobRecord job) => !job.IsTyped || worker.Types?.Contains(job.Type) == true;
}
