using System.Globalization;
using Hangfire.Common;
using Hangfire.Storage;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>A job's hash as Hangfire wants to see it.</summary>
internal sealed class StoredJob
{
    private StoredJob(JobRecord record, string? state, long? fence, bool hasQueue)
    {
        Record = record;
        State = state;
        Fence = fence;
        HasQueue = hasQueue;
    }

    public JobRecord Record { get; }

    /// <summary>Null for a job that was created but has no state yet.</summary>
    public string? State { get; }

    public long? Fence { get; }

    private bool HasQueue { get; }

    public static StoredJob? Read(string id, HashEntry[] entries) => JobHash.Read(id, entries) is { } record
        ? new StoredJob(record, Find(entries, JobFields.State), FenceOf(entries), Find(entries, JobFields.Queue) is not null)
        : null;

    public static StoredJob Of(ClaimedJob claimed) => new(claimed.Job, JobStates.Processing, claimed.Fence, hasQueue: true);

    public InvocationData Invocation => Record.Invocation is { } i
        ? new InvocationData(i.Type, i.Method, i.ParameterTypes, i.Arguments, QueueOfJob)
        : InvocationData.SerializeJob(TypedJob.ToJob(Record.Type, Record.Args, QueueOfJob));

    // Hangfire asks for a queue where the job names one: requeuing it then finds its way back.
    private string? QueueOfJob => HasQueue && (Record.IsTyped || Record.Queue != "default") ? Record.Queue : null;

    /// <summary>The Hangfire job, or why it cannot be loaded.</summary>
    public (Job? Job, JobLoadException? Problem) Load()
    {
        if (Record.Invocation is not { } invocation)
            return (TypedJob.ToJob(Record.Type, Record.Args, QueueOfJob), null);
        if (!ExpressionTypes.AllowsJobsOf(invocation.Type))
            return (null, new JobLoadException("The job's type is not allowed.", new TypeNotAllowedException(invocation.Type)));
        try
        {
            return (Invocation.DeserializeJob(), null);
        }
        catch (JobLoadException problem)
        {
            return (null, problem);
        }
    }

    public JobData ToJobData()
    {
        var (job, problem) = Load();
        return new JobData
        {
            Job = job,
            LoadException = problem,
            InvocationData = Invocation,
            State = State,
            CreatedAt = Record.CreatedAt.UtcDateTime,
            ParametersSnapshot = Snapshot(),
        };
    }

    /// <summary>
    /// Job parameters as they were read. Continuations are left out: they are started after the parent's end was written
    /// (<see cref="ContinuationStarter"/>), not by Hangfire's filter before it.
    /// </summary>
    public Dictionary<string, string> Snapshot()
    {
        var parameters = new Dictionary<string, string>(Record.Parameters, StringComparer.Ordinal);
        parameters.Remove(ContinuationStarter.Parameter);
        return parameters;
    }

    private static long? FenceOf(HashEntry[] entries) =>
        long.TryParse(Find(entries, JobFields.Fence), CultureInfo.InvariantCulture, out var fence) ? fence : null;

    private static string? Find(HashEntry[] entries, string field)
    {
        foreach (var entry in entries)
        {
            if (entry.Name == field)
                return entry.Value;
        }
        return null;
    }
}
