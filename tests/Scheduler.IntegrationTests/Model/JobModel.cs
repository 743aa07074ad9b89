using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Model;

/// <summary>One job as the model knows it.</summary>
internal sealed class ModelJob
{
    public required string Id { get; init; }
    public required string Queue { get; init; }
    public required string State { get; set; }
    public int Attempt { get; set; }
    public int Lost => LostUnder.Count;

    /// <summary>Tokens of the claims whose lease ran out, as long as nobody has spoken under them since.</summary>
    public List<long> LostUnder { get; } = [];

    public long? Fence { get; set; }
}

/// <summary>
/// The job state machine in plain C#, without Redis: what every operation answers and leaves behind, in the fewest words.
/// The scripts are held against it.
/// </summary>
internal sealed class JobModel
{
    public const int PoisonAfter = 3;
    public const int SuspectAfter = 2;

    private readonly Dictionary<string, ModelJob> jobs = [];
    private readonly Dictionary<string, LinkedList<string>> queues = [];

    // Suspects that could not be taken when a claim met them.
    private readonly Dictionary<string, LinkedList<string>> aside = [];
    private bool everResumed;
    private readonly HashSet<string> paused = [];

    public IReadOnlyCollection<ModelJob> Jobs => jobs.Values;

    /// <summary>Events so far, by name.</summary>
    public List<string> Events { get; } = [];

    public bool EverClaimed { get; private set; }

    public bool HasQueueNames => queues.Count > 0 || everResumed;

    public void Enqueue(string id, string queue, bool delayed)
    {
        jobs[id] = new ModelJob { Id = id, Queue = queue, State = delayed ? JobStates.Scheduled : JobStates.Enqueued };
        if (!delayed)
            QueueOf(queue).AddLast(id);
        Events.Add("job.enqueued");
    }

    /// <summary>Ids in the order in which they must be handed out.</summary>
    public IReadOnlyList<string> Claim(int max, IEnumerable<string> from, bool allowSuspect)
    {
        var claimed = new List<string>();
        var someAside = aside.Values.Any(ids => ids.Count > 0);
        foreach (var queue in from.Where(q => !paused.Contains(q) && queues.ContainsKey(q)))
        {
            if (someAside && claimed.Count == 0 && allowSuspect && max > 0 && AsideOf(queue).First is { } waiting)
            {
                AsideOf(queue).RemoveFirst();
                return Start([waiting.Value]);
            }

            while (claimed.Count < max && QueueOf(queue).First is { } first)
            {
                var job = jobs[first.Value];
                QueueOf(queue).RemoveFirst();
                if (job.Lost < SuspectAfter)
                    claimed.Add(job.Id);
                else if (!allowSuspect || claimed.Count > 0)
                    AsideOf(queue).AddLast(job.Id);
                else
                    return Start([job.Id]);
            }
        }
        return Start(claimed);
    }

    public void NoteFence(string id, long fence) => jobs[id].Fence = fence;

    /// <summary>True = written, false = stale.</summary>
    public bool Complete(JobOutcome outcome)
    {
        var job = jobs[outcome.JobId];
        if (job.Fence != outcome.Fence)
        {
            Acquit(job, outcome.Fence);
            return false;
        }
        if (job.State != JobStates.Processing)
            return true;
        switch (outcome)
        {
            case JobOutcome.Succeeded:
                End(job, JobStates.Succeeded);
                break;
            case JobOutcome.Failed:
                End(job, JobStates.Failed);
                break;
            case JobOutcome.Retried:
                job.State = JobStates.Scheduled;
                Events.Add("job.retrying");
                break;
            case JobOutcome.Snoozed:
                job.State = JobStates.Scheduled;
                job.Attempt--;
                break;
            case JobOutcome.HandedBack:
                job.Attempt--;
                Return(job, atHead: true);
                break;
        }
        return true;
    }

    /// <summary>True while the lease may be extended.</summary>
    public bool Renew(string id, long fence)
    {
        var holds = jobs[id].State == JobStates.Processing && jobs[id].Fence == fence;
        if (!holds)
            Acquit(jobs[id], fence);
        return holds;
    }

    public CancelResult Cancel(string id)
    {
        if (!jobs.TryGetValue(id, out var job))
            return CancelResult.NotFound;
        if (JobStates.IsFinal(job.State))
            return CancelResult.AlreadyFinal;
        if (job.State == JobStates.Enqueued && !QueueOf(job.Queue).Remove(id))
            AsideOf(job.Queue).Remove(id);
        job.Fence = null;
        End(job, JobStates.Deleted);
        return CancelResult.Cancelled;
    }

    public RequeueResult Requeue(string id)
    {
        if (!jobs.TryGetValue(id, out var job))
            return RequeueResult.NotFound;
        if (job.State is JobStates.Enqueued or JobStates.Processing)
            return RequeueResult.NotRequeueable;
        job.Attempt = 0;
        job.LostUnder.Clear();
        Return(job, atHead: false);
        return RequeueResult.Requeued;
    }

    /// <summary>Every lease has run out, in the order of the ids.</summary>
    public int Reap()
    {
        var running = jobs.Values.Where(j => j.State == JobStates.Processing).OrderBy(j => j.Id, StringComparer.Ordinal).ToArray();
        foreach (var job in running)
        {
            job.LostUnder.Add(job.Fence!.Value);
            if (job.Lost >= PoisonAfter)
            {
                job.Fence = null;
                End(job, JobStates.Failed);
                continue;
            }
            job.Attempt--;
            Return(job, atHead: true);
        }
        return running.Length;
    }

    /// <summary>Every delay is over, in the order of the ids.</summary>
    public int Promote()
    {
        var due = jobs.Values.Where(j => j.State == JobStates.Scheduled).OrderBy(j => j.Id, StringComparer.Ordinal).ToArray();
        foreach (var job in due)
            Return(job, atHead: false);
        return due.Length;
    }

    public void Pause(string queue) => paused.Add(queue);

    // A queue that is resumed is listed from then on, used or not.
    public void Resume(string queue)
    {
        paused.Remove(queue);
        everResumed = true;
    }

    public bool HasPaused => paused.Count > 0;

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Waiting =>
        queues.Where(q => q.Value.Count > 0).ToDictionary(q => q.Key, q => (IReadOnlyList<string>)[.. q.Value]);

    private List<string> Start(List<string> claimed)
    {
        foreach (var id in claimed)
        {
            jobs[id].State = JobStates.Processing;
            jobs[id].Attempt++;
            Events.Add("job.started");
        }
        EverClaimed |= claimed.Count > 0;
        return claimed;
    }

    // Whoever speaks under a token whose lease ran out has not died with the job.
    private void Acquit(ModelJob job, long fence)
    {
        if (!JobStates.IsFinal(job.State) && job.LostUnder.Remove(fence) && job.Lost < SuspectAfter && AsideOf(job.Queue).Remove(job.Id))
            QueueOf(job.Queue).AddFirst(job.Id);
    }

    private void Return(ModelJob job, bool atHead)
    {
        job.State = JobStates.Enqueued;
        job.Fence = null;
        if (atHead)
            QueueOf(job.Queue).AddFirst(job.Id);
        else
            QueueOf(job.Queue).AddLast(job.Id);
        Events.Add("job.enqueued");
    }

    private void End(ModelJob job, string state)
    {
        job.State = state;
        Events.Add("job." + state.ToLowerInvariant());
    }

    /// <summary>Suspects that were set aside, by queue.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Aside =>
        aside.Where(q => q.Value.Count > 0).ToDictionary(q => q.Key, q => (IReadOnlyList<string>)[.. q.Value]);

    private LinkedList<string> AsideOf(string name) => aside.TryGetValue(name, out var ids) ? ids : aside[name] = new LinkedList<string>();

    private LinkedList<string> QueueOf(string name) => queues.TryGetValue(name, out var queue) ? queue : queues[name] = new LinkedList<string>();
}
