using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;

namespace Scheduler.Web.Api.Answers;

/// <summary>
/// The answer to a call that made one job: the job as it was when it was created, without asking the store again. A repeated call is
/// shown what the store has now.
/// </summary>
internal sealed class AcceptedJob(JobStore jobs, JobAnswer json, TimeProvider time)
{
    public async ValueTask<IResult> AnswerAsync(EnqueueResult result, NewJob job, CancellationToken cancellationToken) => result switch
    {
        EnqueueResult.Accepted accepted => json.Answer(202, AsCreated(accepted.Ids[0], job, accepted.At), Location(accepted.Ids[0])),
        EnqueueResult.Replayed replayed => json.Answer(200, await ShowAsync(replayed.Ids[0], job, cancellationToken),
            Location(replayed.Ids[0]), (IdempotencyHeader.Replayed, "true")),
        _ => Problem.IdempotencyKeyReused(),
    };

    /// <summary>A known job must not be answered as refused because the store went away right after: then it is shown as it was sent.</summary>
    private async Task<JobRecord> ShowAsync(string id, NewJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await jobs.GetAsync(id, cancellationToken).InTime() ?? AsCreated(id, job, time.GetUtcNow());
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return AsCreated(id, job, time.GetUtcNow());
        }
    }

    private static JobRecord AsCreated(string id, NewJob job, DateTimeOffset at)
    {
        var runAt = job.Delay is { } delay ? at + delay : job.RunAt;
        var state = runAt > at ? JobStates.Scheduled : JobStates.Enqueued;
        return new JobRecord
        {
            Id = id,
            Type = job.Type,
            IsTyped = true,
            Queue = job.Queue,
            State = state,
            Args = job.Args,
            MaxAttempts = job.MaxAttempts,
            Timeout = job.Timeout,
            HeartbeatTimeout = job.HeartbeatTimeout,
            Retry = job.Retry,
            Tags = job.Tags,
            CreatedAt = at,
            RunAt = runAt > at ? runAt : null,
            RecurringId = job.RecurringId,
            ScheduledFor = job.ScheduledFor,
            History = [new HistoryEntry(state, at, null, null, null)],
        };
    }

    private static (string Name, string Value) Location(string id) => ("Location", "/api/v1/jobs/" + id);
}
