using System.Globalization;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.Storage;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Storage.Stock;

namespace Scheduler.Jobs.Storage;

internal sealed partial class SchedulerConnection
{
    /// <summary>
    /// The hash is written together with the job's first state, by the same script. Should anything else happen on this
    /// connection first, or it be disposed, then the job is written without a state and kept for a while.
    /// </summary>
    public override string CreateExpiredJob(Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        FlushCreated();
        var (id, create) = JobCreation.Of(job, parameters, createdAt, expireIn, parts.Time);
        Memory.HasCreated(id, job, create);
        return id;
    }

    public override JobData? GetJobData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (ReadJob(jobId) is not { } job || IsTakenOver(job))
            return null;
        var data = job.ToJobData();
        Memory.HasRead(job, data.Job);
        if (Memory.IsUnannounced(jobId) && job.State == JobStates.Processing)
            data.State = JobStates.Enqueued;
        return data;
    }

    public override StateData? GetStateData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (ReadJob(jobId) is not { } job)
            return StockState.Read(Redis, jobId);
        if (job.State is null)
            return null;
        var history = job.Record.History;
        if (history[^1].State != job.State)
            return StockState.Read(Redis, jobId);
        return new StateData { Name = job.State, Reason = history[^1].Reason, Data = StateDetails.Of(job.Record, history.Count - 1) };
    }

    public override void SetJobParameter(string id, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        FlushCreated();
        var write = JobCreation.Parameter(id, name, value);
        // Filters write parameters while they decide; one that has lost its job must not.
        TransactionCommit.Run(Redis, Memory.ClaimOf(id) is { } fence ? [new Operation(TransactionCommit.Guard, id, fence), write] : [write]);
    }

    public override string? GetJobParameter(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        FlushCreated();
        return Redis.HashGet(Keys.JobHash(id), JobFields.OfParameter(name));
    }

    public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        ArgumentOutOfRangeException.ThrowIfZero(queues.Length, nameof(queues));
        var gate = parts.Gates.For(queues);
        // No job types: typed jobs are set aside for the scheduler's own workers.
        var request = new ClaimRequest(parts.NodeId, queues, [], 1, LeaseKeeper.Lease, AllowSuspect: true);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (parts.Claims.Claim(request) is [var claimed])
            {
                gate.Signal();
                Memory.Claim(claimed.Job.Id, claimed.Fence, isAnnounced: false);
                return new SchedulerFetchedJob(parts.Claims, parts.Leases, claimed, Memory.Release);
            }
            gate.Wait(cancellationToken);
        }
    }

    public override void AnnounceServer(string serverId, ServerContext context)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ArgumentNullException.ThrowIfNull(context);
        ServerRecords.Announce(Redis, serverId, context);
    }

    public override void RemoveServer(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ServerRecords.Remove(Redis, serverId, TimeSpan.Zero);
    }

    public override void Heartbeat(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        if (!ServerRecords.Heartbeat(Redis, serverId))
            throw new BackgroundServerGoneException();
    }

    public override int RemoveTimedOutServers(TimeSpan timeOut) => timeOut >= TimeSpan.Zero
        ? ServerRecords.Remove(Redis, "", timeOut)
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The time-out is negative: {timeOut}."), nameof(timeOut));

    /// <summary>Writes what was created and has no state yet.</summary>
    private void FlushCreated()
    {
        var waiting = Memory.TakeCreated();
        TransactionCommit.Run(Redis, waiting);
    }

    private StoredJob? ReadJob(string jobId)
    {
        FlushCreated();
        return StoredJob.Read(jobId, new JobHashes(Redis).Read(jobId));
    }

    // Claimed by us once, by another now: whoever asks here may no longer speak for it.
    private bool IsTakenOver(StoredJob job) =>
        Memory.ClaimOf(job.Record.Id) is { } fence && job.State == JobStates.Processing && job.Fence != fence;
}
