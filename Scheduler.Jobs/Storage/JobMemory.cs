using Hangfire.Common;

namespace Scheduler.Jobs.Storage;

/// <summary>What one connection knows of jobs: claims it acts under, states it has read, jobs it has created but not yet written.</summary>
internal sealed class JobMemory
{
    private readonly Dictionary<string, long> claims = new(StringComparer.Ordinal);
    private readonly HashSet<string> unannounced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredJob> read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Job> jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Operation> created = new(StringComparer.Ordinal);
    private readonly HashSet<string> schedules = new(StringComparer.Ordinal);

    /// <summary>This connection speaks for the job: its writes count only while the fence holds.</summary>
    /// <param name="isAnnounced">False where Hangfire does not know yet that the job was taken from its queue.</param>
    public void Claim(string jobId, long fence, bool isAnnounced)
    {
        claims[jobId] = fence;
        if (!isAnnounced)
            unannounced.Add(jobId);
    }

    public void Announced(string jobId) => unannounced.Remove(jobId);

    public void Release(string jobId)
    {
        claims.Remove(jobId);
        unannounced.Remove(jobId);
    }

    public long? ClaimOf(string jobId) => claims.TryGetValue(jobId, out var fence) ? fence : null;

    public bool IsUnannounced(string jobId) => unannounced.Contains(jobId);

    public void HasRead(StoredJob job, Job? loaded)
    {
        read[job.Record.Id] = job;
        if (loaded is not null)
            jobs[job.Record.Id] = loaded;
    }

    public void HasCreated(string jobId, Job job, Operation create)
    {
        created[jobId] = create;
        jobs[jobId] = job;
    }

    /// <summary>The creation of a job that is not written yet: it goes into the script that gives it its first state.</summary>
    public Operation? TakeCreated(string jobId) => created.Remove(jobId, out var create) ? create : null;

    public IReadOnlyCollection<Operation> TakeCreated()
    {
        if (created.Count == 0)
            return [];
        Operation[] all = [.. created.Values];
        created.Clear();
        return all;
    }

    public StoredJob? LastRead(string jobId) => read.GetValueOrDefault(jobId);

    /// <summary>What was read is no longer so: the state was changed through this connection.</summary>
    public void Forget(string jobId) => read.Remove(jobId);

    public Job? JobOf(string jobId) => jobs.GetValueOrDefault(jobId);

    /// <summary>The schedule was made over the API: its timing, not a Hangfire client's cron, says when it fires next.</summary>
    public void HasReadScheduleOfApi(string scheduleId) => schedules.Add(scheduleId);

    public bool IsScheduleOfApi(string scheduleId) => schedules.Contains(scheduleId);
}
