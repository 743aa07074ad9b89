using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Records what Hangfire wants to write; <see cref="Commit"/> sends it as one script: all or nothing, and nothing where the
/// caller's claim is gone or the job has moved on.
/// One owner for each thing: the state transition writes indexes, counters and queues, so what Hangfire's own state handlers add
/// beside it (<c>schedule</c>, <c>stats:*</c>, the push of an enqueued job) is left out here.
/// </summary>
internal sealed partial class SchedulerTransaction(SchedulerConnection connection, ILogger<SchedulerTransaction> logger) : JobStorageTransaction
{
    private readonly List<object> steps = [];
    private readonly Dictionary<string, StateChange> states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> failures = new(StringComparer.Ordinal);
    private readonly List<LockUse> locks = [];
    private readonly List<IFetchedJob> acknowledged = [];
    private readonly ScheduleWrites schedules = new(connection.Memory);

    private JobMemory Memory => connection.Memory;

    public override void SetJobState(string jobId, IState state)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(state);
        var error = state is FailedState failed ? StateChange.ErrorOf(failed, AttemptOf(jobId)) : failures.GetValueOrDefault(jobId);
        var change = new StateChange(jobId, state) { ErrorJson = error };
        if (state is ScheduledState && Memory.JobOf(jobId) is { } job)
            change.Queue = QueueChoice.Of(job);
        states[jobId] = change;
        if (Memory.TakeCreated(jobId) is { } create)
            steps.Add(create);
        steps.Add(change);
    }

    public override void AddJobState(string jobId, IState state)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(state);
        if (state is FailedState failed)
            failures[jobId] = StateChange.ErrorOf(failed, AttemptOf(jobId));
        steps.Add(StateChange.LineOnly(jobId, state));
    }

    public override void AddToQueue(string queue, string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        if (states.TryGetValue(jobId, out var change) && change.State is EnqueuedState)
            change.Queue = queue;
        else
            Add("queue", queue, jobId);
    }

    // The engine's retention owns the end of final jobs; a filter's own time can make it earlier.
    public override void ExpireJob(string jobId, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (expireIn != connection.Storage.JobExpirationTimeout || !states.ContainsKey(jobId))
            Add("keep", jobId, (long)expireIn.TotalMilliseconds);
    }

    public override void PersistJob(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (!states.ContainsKey(jobId))
            Add("keep", jobId, "");
    }

    public override string CreateJob(Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        var (id, create) = JobCreation.Of(job, parameters, createdAt, expireIn, connection.Time);
        Memory.HasCreated(id, job, create);
        Memory.TakeCreated(id);
        steps.Add(create);
        return id;
    }

    public override void SetJobParameter(string jobId, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(name);
        steps.Add(JobCreation.Parameter(jobId, name, value));
    }

    public override void AcquireDistributedLock(string resource, TimeSpan timeout) =>
        locks.Add((LockUse)connection.AcquireDistributedLock(resource, timeout));

    // The commit that ends the attempt is the acknowledgement: it is written under the claim, or not at all.
    public override void RemoveFromQueue(IFetchedJob fetchedJob)
    {
        ArgumentNullException.ThrowIfNull(fetchedJob);
        acknowledged.Add(fetchedJob);
    }

    public override void Commit()
    {
        if (locks.FirstOrDefault(l => l.IsLost) is { } lost)
            throw new InvalidOperationException($"The lock '{lost.Resource}' was lost before the transaction could be committed; nothing was written.");
        if (AsEnqueue() is { } request)
            Enqueue(request);
        else
            Settle(TransactionCommit.Run(connection.Redis, [.. Conditions(), .. steps.Select(ToOperation)]));
        ReleaseLocks();
    }

    public override void Dispose()
    {
        ReleaseLocks();
        base.Dispose();
    }

    /// <summary>Null where there is more to write than one new job, or a condition to keep.</summary>
    private EnqueueRequest? AsEnqueue() =>
        steps is [Operation create, StateChange first] && locks.Count == 0 && acknowledged.Count == 0 && !Conditions().Any()
            ? JobCreation.AsEnqueue(create, first) : null;

    private void Enqueue(EnqueueRequest request)
    {
        connection.Jobs.Enqueue(request);
        foreach (var change in states.Values)
            Remember(change);
    }

    private void Settle(CommitResult result)
    {
        switch (result)
        {
            case CommitResult.Stale(var jobId):
                LogStale(logger, jobId);
                break;
            case CommitResult.Conflict(var jobId, var state):
                Memory.Forget(jobId);
                throw new JobStateConflictException(jobId, state);
        }
        IsStale = result is CommitResult.Stale;
        foreach (var change in states.Values)
            Remember(change);
        foreach (var fetched in acknowledged)
            fetched.RemoveFromQueue();
    }

    /// <summary>True where the claim was gone, so that the commit wrote nothing.</summary>
    public bool IsStale { get; private set; }

    private void Remember(StateChange change)
    {
        Memory.Forget(change.JobId);
        if (change.State is ProcessingState)
            Memory.Announced(change.JobId);
        else
            Memory.Release(change.JobId);
    }

    private IEnumerable<Operation> Conditions()
    {
        foreach (var jobId in states.Keys.Concat(acknowledged.Select(f => f.JobId)).Distinct())
        {
            if (Memory.ClaimOf(jobId) is { } fence)
                yield return new Operation(TransactionCommit.Guard, jobId, fence);
            else if (Memory.LastRead(jobId) is { } read)
                yield return new Operation(TransactionCommit.Expect, jobId, read.State ?? "");
        }
    }

    private static Operation ToOperation(object step) => step as Operation ?? ((StateChange)step).ToOperation();

    private int AttemptOf(string jobId) => Memory.LastRead(jobId)?.Record.Attempt ?? 0;

    private void Add(string name, params StackExchange.Redis.RedisValue[] arguments) => steps.Add(new Operation(name, arguments));

    private void ReleaseLocks()
    {
        foreach (var taken in locks)
            taken.Dispose();
        locks.Clear();
    }

    [LoggerMessage(1502, LogLevel.Warning, "Stale attempt of job {JobId}: its claim is gone, so its outcome was not written")]
    private static partial void LogStale(ILogger logger, string jobId);
}
