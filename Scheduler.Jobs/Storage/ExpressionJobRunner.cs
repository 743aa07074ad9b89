using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Runs a claimed Hangfire job as a Hangfire server would: all filters, the activator, states elected and applied. Every write
/// is under the claim's fence.
/// </summary>
internal sealed partial class ExpressionJobRunner(
    SchedulerStorage storage, ClaimStore claims, IBackgroundJobPerformer performer, StateElection election, ExpressionThreads threads,
    TimeProvider time, ILogger<ExpressionJobRunner> logger) : IExpressionJobRunner
{
    public Task<JobOutcome?> RunAsync(ClaimedJob claimed, string workerId, CancellationToken cancellationToken) =>
        threads.RunAsync(() => Run(claimed, workerId, cancellationToken));

    private JobOutcome? Run(ClaimedJob claimed, string workerId, CancellationToken cancellationToken)
    {
        using var connection = storage.NewConnection();
        var attempt = new ExpressionAttempt(connection, claimed, workerId);
        if (attempt.Problem is { } problem)
        {
            LogNotLoaded(logger, problem, attempt.Id, claimed.Job.Type);
            election.FailUnloaded(attempt, problem);
            return null;
        }
        if (!election.Announce(attempt))
            return null;
        return Perform(attempt, cancellationToken) is { } end ? election.End(attempt, end) : null;
    }

    // Null = nothing to write: somebody else has spoken for the job, or the snooze has been written.
    private IState? Perform(ExpressionAttempt attempt, CancellationToken cancellationToken)
    {
        var context = attempt.NewPerformContext(storage, cancellationToken);
        var start = time.GetTimestamp();
        try
        {
            var result = performer.Perform(context);
            attempt.CustomData = new Dictionary<string, object>(context.Items);
            return EndOf(attempt, context, result, time.GetElapsedTime(start));
        }
        catch (JobAbortedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (JobPerformanceException problem) when (problem.InnerException is JobSnoozedException snoozed)
        {
            claims.Complete(new JobOutcome.Snoozed(attempt.Id, attempt.Fence, snoozed.Message, snoozed.Delay));
            return null;
        }
        catch (JobPerformanceException problem)
        {
            return new FailedState(problem.InnerException!, attempt.WorkerId) { Reason = problem.Message };
        }
        catch (Exception problem)
        {
            return new FailedState(problem, attempt.WorkerId) { Reason = "An exception occurred during processing of a background job." };
        }
    }

    private IState EndOf(ExpressionAttempt attempt, PerformContext context, object? result, TimeSpan duration)
    {
        if (context.Items.TryGetValue(HangfireInternals.CanceledKey, out var filter))
            return new DeletedState { Reason = $"Canceled by filter '{filter}'" };
        var latency = time.GetUtcNow() - attempt.CreatedAt - duration;
        return new SucceededState(result, (long)Math.Max(latency.TotalMilliseconds, 0), (long)duration.TotalMilliseconds);
    }

    [LoggerMessage(1520, LogLevel.Warning, "Job {JobId} ({JobName}) cannot be loaded, so it fails")]
    private static partial void LogNotLoaded(ILogger logger, Exception problem, string jobId, string jobName);
}

/// <summary>One attempt of an expression job.</summary>
internal sealed class ExpressionAttempt
{
    public ExpressionAttempt(SchedulerConnection connection, ClaimedJob claimed, string workerId)
    {
        Connection = connection;
        Fence = claimed.Fence;
        WorkerId = workerId;
        Claimed = claimed;
        Id = claimed.Job.Id;
        var stored = StoredJob.Of(claimed);
        (var job, var problem) = stored.Load();
        Problem = problem;
        Job = new BackgroundJob(Id, job, CreatedAt.UtcDateTime, stored.Snapshot());
        connection.Memory.Claim(Id, Fence, isAnnounced: true);
        connection.Memory.HasRead(stored, job);
    }

    public SchedulerConnection Connection { get; }
    public string Id { get; }
    public long Fence { get; }
    public string WorkerId { get; }
    public ClaimedJob Claimed { get; }
    public DateTimeOffset CreatedAt => Claimed.Job.CreatedAt;
    public BackgroundJob Job { get; }

    /// <summary>Why the job cannot be loaded.</summary>
    public JobLoadException? Problem { get; }

    /// <summary>No filter of the job has a word in its start or its success; null = not looked at yet.</summary>
    public bool? HasInertFilters { get; set; }

    /// <summary>What server filters leave for state filters.</summary>
    public IReadOnlyDictionary<string, object>? CustomData { get; set; }

    public PerformContext NewPerformContext(SchedulerStorage storage, CancellationToken cancellationToken)
    {
        var context = new PerformContext(storage, Connection, Job, new RunnerToken(cancellationToken));
        HangfireInternals.ServerIdOf(context) = WorkerId;
        return context;
    }
}
