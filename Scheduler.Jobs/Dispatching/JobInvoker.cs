using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Runs one attempt of a typed job in a DI scope of its own, and says how it ended.</summary>
internal sealed partial class JobInvoker(
    JobTypeRegistry types, IServiceScopeFactory scopes, RetryPolicy retries, JobOutputs outputs, CpuBoundThreads cpuBound,
    EnterExclusive enterExclusive, IsolatedRuns isolated, IOptions<WorkerOptions> options, TimeProvider time, ILogger<JobInvoker> logger)
{
    // The longest period a timer takes; an attempt that may run longer needs none.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly TimeSpan heartbeatTimeout = options.Value.HeartbeatTimeout;

    /// <summary>Null = nothing may be written: whoever took or cancelled the job has spoken for it.</summary>
    public async Task<JobOutcome?> RunAsync(RunningJob running)
    {
        if (!types.TryGet(running.Job.Type, out var type))
            return new JobOutcome.Failed(running.Id, running.Fence, JobErrors.UnknownType(running.Job.Type, running.Job.Attempt), TimeSpan.Zero);

        using var span = DispatcherMetrics.StartSpan(running);
        var attempt = new Attempt(running, type, retries.PlanFor(running.Job, type));
        var outcome = type.CpuBound ? await cpuBound.RunAsync(() => TryHandleAsync(attempt)) : await TryHandleAsync(attempt);
        span?.SetTag("scheduler.job.outcome", outcome?.GetType().Name);
        return outcome;
    }

    private async Task<JobOutcome?> TryHandleAsync(Attempt attempt)
    {
        var start = time.GetTimestamp();
        await using var output = outputs.Open(attempt.Running);
        try
        {
            var result = await HandleAsync(attempt, output);
            return attempt.MayWrite ? attempt.Succeeded(result, time.GetElapsedTime(start)) : null;
        }
        catch (Exception e)
        {
            return OutcomeOf(e, attempt, time.GetElapsedTime(start));
        }
    }

    private async Task<string?> HandleAsync(Attempt attempt, JobOutput output)
    {
        var running = attempt.Running;
        var stop = running.Cancellation.Token;
        await using var resource = await enterExclusive(attempt.Type, running.Job, () => running.Stop(StopReason.ResourceLost), stop);
        using var child = attempt.Type.Isolated is null ? null : await isolated.RentAsync(stop);
        await using var limit = StartTimeLimit(attempt);
        using var silence = new SilenceWatch(SilenceFor(attempt), () => running.Stop(StopReason.Silent), time);
        var context = outputs.CreateContext(running, attempt.MaxAttempts, output, silence);
        return child is null
            ? await RunHereAsync(attempt, context, output, stop)
            : await isolated.RunAsync(child, running, attempt.Type, context, output);
    }

    private async Task<string?> RunHereAsync(Attempt attempt, JobContext context, JobOutput output, CancellationToken stop)
    {
        JobLogCapture.Into(output);
        await using var scope = scopes.CreateAsyncScope();
        // A job may wait long for a thread of a busy pool; what was told to stop meanwhile is not begun.
        stop.ThrowIfCancellationRequested();
        return await attempt.Type.RunAsync(scope.ServiceProvider, attempt.Running.Job.Args, context, stop);
    }

    private ITimer? StartTimeLimit(Attempt attempt) => attempt.Timeout is { } limit && limit <= LongestTimer
        ? time.CreateTimer(static job => ((RunningJob)job!).Stop(StopReason.TimedOut), attempt.Running, limit, Timeout.InfiniteTimeSpan)
        : null;

    private TimeSpan SilenceFor(Attempt attempt) => attempt.Running.Job.HeartbeatTimeout ?? attempt.Type.HeartbeatTimeout ?? heartbeatTimeout;

    // An exception after we cancelled is our doing, whatever its type.
    private JobOutcome? OutcomeOf(Exception exception, Attempt attempt, TimeSpan elapsed) => attempt.Running.StopReason switch
    {
        StopReason.Cancelled or StopReason.LeaseLost => null,
        StopReason.Shutdown => new JobOutcome.HandedBack(attempt.Id, attempt.Fence, "worker stopped"),
        StopReason.LeaseExpired => new JobOutcome.HandedBack(attempt.Id, attempt.Fence, "lease not renewed in time"),
        StopReason.TimedOut => OutcomeOfLimit(exception, JobErrors.Timeout(attempt.Timeout ?? elapsed, attempt.Number), attempt, elapsed),
        StopReason.Silent => OutcomeOfLimit(exception, JobErrors.Silence(SilenceFor(attempt), attempt.Number), attempt, elapsed),
        StopReason.ResourceLost => RetryOrFail(attempt, JobErrors.ResourceLost(attempt.Number), null, elapsed),
        _ => OutcomeOfHandler(exception, attempt, elapsed),
    };

    // A handler that had to be killed may do the same at every attempt: it spends them, and the third time is quarantine.
    private JobOutcome OutcomeOfLimit(Exception exception, JobError error, Attempt attempt, TimeSpan elapsed)
    {
        var death = (exception as ChildDiedException)?.Death;
        error = error with { Evidence = death };
        return death is null || attempt.Number >= attempt.MaxAttempts
            ? RetryOrFail(attempt, error, null, elapsed)
            : OutcomeOfDeath(death, attempt, error, spends: true);
    }

    private JobOutcome.ChildDied OutcomeOfDeath(ChildDeath death, Attempt attempt, JobError error, bool spends)
    {
        LogChildDied(attempt.Id, attempt.Type.Name, attempt.Running.Job.Queue, attempt.Number, death.ToString(), string.Join('\n', death.LastOutput));
        return new(attempt.Id, attempt.Fence, error, JobErrors.Poison(death, attempt.Number), retries.Delay(attempt.Plan, attempt.Number), spends);
    }

    private JobOutcome OutcomeOfHandler(Exception exception, Attempt attempt, TimeSpan elapsed)
    {
        if (exception is ChildDiedException { Death: var death })
            return OutcomeOfDeath(death, attempt, JobErrors.ChildDied(death, attempt.Number), spends: false);
        var failure = HandlerFailure.Of(exception, attempt.Type.OnException);
        if (failure.Kind == FailureKind.Snooze)
            return new JobOutcome.Snoozed(attempt.Id, attempt.Fence, failure.Message, RetryPolicy.Chosen(failure.Delay ?? TimeSpan.Zero));

        var error = new JobError(failure.ErrorType, failure.Message, attempt.Number) { Trace = failure.Trace };
        LogAttemptFailed(exception, attempt.Id, attempt.Type.Name, attempt.Running.Job.Queue, attempt.Number, attempt.MaxAttempts);
        return failure.Kind == FailureKind.Fail
            ? new JobOutcome.Failed(attempt.Id, attempt.Fence, error, elapsed)
            : RetryOrFail(attempt, error, failure.Delay, elapsed);
    }

    private JobOutcome RetryOrFail(Attempt attempt, JobError error, TimeSpan? chosen, TimeSpan elapsed)
    {
        if (attempt.Number >= attempt.MaxAttempts)
            return new JobOutcome.Failed(attempt.Id, attempt.Fence, error, elapsed);
        var delay = chosen is { } wanted ? RetryPolicy.Chosen(wanted) : retries.Delay(attempt.Plan, attempt.Number);
        if (RetryPolicy.IsTooOld(attempt.Plan, attempt.Running.Job, elapsed, delay))
            return new JobOutcome.Failed(attempt.Id, attempt.Fence, JobErrors.TooOld(error, attempt.Plan.MaxAge), elapsed);
        return new JobOutcome.Retried(attempt.Id, attempt.Fence, error, delay);
    }

    [LoggerMessage(1110, LogLevel.Warning, "Job {JobId} ({JobName}, queue {Queue}) failed in attempt {Attempt} of {MaxAttempts}.")]
    private partial void LogAttemptFailed(Exception exception, string jobId, string jobName, string queue, int attempt, int maxAttempts);

    [LoggerMessage(1111, LogLevel.Error, "Job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}: {Death} The last it wrote: {LastOutput}")]
    private partial void LogChildDied(string jobId, string jobName, string queue, int attempt, string death, string lastOutput);

    private sealed record Attempt(RunningJob Running, JobTypeDescriptor Type, RetryPlan Plan)
    {
        public int MaxAttempts => Plan.MaxAttempts;

        public TimeSpan? Timeout => Running.Job.Timeout ?? Type.Timeout;

        public string Id => Running.Id;

        public long Fence => Running.Fence;

        public int Number => Running.Job.Attempt;

        public JobOutcome Succeeded(string? result, TimeSpan elapsed) => new JobOutcome.Succeeded(Id, Fence, result, elapsed) { Claimed = Running.Job };

        public bool MayWrite => Running.StopReason is not (StopReason.Cancelled or StopReason.LeaseLost);
    }
}
