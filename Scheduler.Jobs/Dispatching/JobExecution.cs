using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Sealing;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Carries claimed jobs from their start to the hand-over of their outcome, each as an async flow of its own.</summary>
internal sealed partial class JobExecution(
    JobInvoker invoker, IExpressionJobRunner expressions, CompletionLoop completions, RunningJobs running, JobSlots slots,
    IOptions<WorkerOptions> options, SuspectWatch suspects, LimitedPlaces limited, WorkerSignals signals, WorkerIdentity worker, DispatcherMetrics metrics,
    TimeProvider time, ILogger<JobExecution> logger,
    ArgsSeal? seal = null)
{
    private static readonly TimeSpan OutageSnooze = TimeSpan.FromSeconds(5);

    /// <summary>A job that was claimed ahead and gets no slot for this long is given back: somebody else may have one.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(RunningJob Job, long Since)> waiting = new();
    private readonly int concurrency = options.Value.Concurrency;
    private int lanes;

    /// <summary>Starts jobs in their order, as many at a time as there are slots.</summary>
    public void Start(IReadOnlyList<RunningJob> jobs)
    {
        var now = time.GetTimestamp();
        foreach (var job in jobs)
        {
            suspects.Started(job);
            limited.Take(job);
            waiting.Enqueue((job, now));
        }

        for (var i = 0; i < jobs.Count && TryOpenLane(); i++)
        {
            // On the pool: whatever a handler does before its first await must not hold up the claim loop.
            ThreadPool.UnsafeQueueUserWorkItem(static execution => _ = execution.RunLaneAsync(), this, preferLocal: false);
        }
    }

    /// <summary>Returns jobs that still wait for a slot after the given time, unspent.</summary>
    public async Task HandBackWaitingAsync(TimeSpan longest)
    {
        List<RunningJob> unstarted = [];
        while (waiting.TryPeek(out var next) && time.GetElapsedTime(next.Since) >= longest && waiting.TryDequeue(out next))
            unstarted.Add(next.Job);
        if (unstarted.Count == 0)
            return;
        slots.ForgetRate();
        foreach (var job in unstarted)
        {
            limited.Release(job);
            // Else this worker would wait for its end for ever, and take no other.
            suspects.Ended(job);
        }
        await HandBackAsync(unstarted);
    }

    /// <summary>Returns claimed jobs that were not started, unspent.</summary>
    public async Task HandBackAsync(IReadOnlyList<RunningJob> unstarted)
    {
        await HandBackUnfinishedAsync(unstarted);
        foreach (var _ in unstarted)
            slots.Release(hasEnded: false);
    }

    /// <summary>Returns jobs, unspent, that are not waited for any longer. What their handlers still say is refused by the fence.</summary>
    public async Task HandBackUnfinishedAsync(IEnumerable<RunningJob> jobs)
    {
        foreach (var job in jobs)
            await completions.AddAsync(job, new JobOutcome.HandedBack(job.Id, job.Fence, "worker stopped"));
    }

    private bool TryOpenLane()
    {
        if (Interlocked.Increment(ref lanes) <= concurrency)
            return true;
        Interlocked.Decrement(ref lanes);
        return false;
    }

    // A lane is one slot. It takes job after job without a way through the pool: that would cost more than a short job.
    private async Task RunLaneAsync()
    {
        do
        {
            while (waiting.TryDequeue(out var next))
                await RunAsync(next.Job);
            Interlocked.Decrement(ref lanes);
        }
        while (!waiting.IsEmpty && TryOpenLane());
    }

    private async Task RunAsync(RunningJob job)
    {
        try
        {
            // Somebody may have spoken for it while it waited.
            if (job.StopReason is StopReason.Cancelled or StopReason.LeaseLost)
                running.Remove(job);
            else if (await MeasureAsync(job) is { } outcome)
                await completions.AddAsync(job, outcome);
            else
                running.Remove(job);
        }
        catch (Exception e)
        {
            // Nobody is there to tell. Without a renewal the lease runs out, and the job runs again.
            LogBroken(e, job.Id, job.Job.Type, job.Job.Queue, job.Job.Attempt);
            running.Remove(job);
        }
        finally
        {
            Release(job);
        }
    }

    private async Task<JobOutcome?> MeasureAsync(RunningJob job)
    {
        var start = time.GetTimestamp();
        metrics.Started(job.Job);
        try
        {
            return job.Job.IsTyped ? await RunTypedAsync(job) : await RunExpressionAsync(job);
        }
        finally
        {
            metrics.Ended(job.Job, time.GetElapsedTime(start));
        }
    }

    /// <summary>Arguments that nobody here has sealed are never given to a handler.</summary>
    private async Task<JobOutcome?> RunTypedAsync(RunningJob job)
    {
        switch (seal?.Open(job.Job))
        {
            case OpenedArgs.Refused refused:
                LogRefused(job.Id, job.Job.Type, job.Job.Queue, refused.Reason);
                return new JobOutcome.Failed(job.Id, job.Fence, new JobError("args_refused", refused.Reason, job.Job.Attempt), TimeSpan.Zero);
            case OpenedArgs.Readable readable when !ReferenceEquals(readable.Json, job.Job.Args):
                job.UseArgs(readable.Json);
                break;
        }
        return await invoker.RunAsync(job);
    }

    // Where we made it stop, or Redis was away, the job goes back, if it is still ours.
    private async Task<JobOutcome?> RunExpressionAsync(RunningJob job)
    {
        try
        {
            var outcome = await expressions.RunAsync(job.Claim, worker.Id, job.Cancellation.Token);
            return job.StopReason is StopReason.Cancelled or StopReason.LeaseLost ? null : outcome;
        }
        catch (Exception) when (job.StopReason is StopReason.Shutdown or StopReason.LeaseExpired)
        {
            return new JobOutcome.HandedBack(job.Id, job.Fence, "worker stopped");
        }
        catch (Exception) when (job.StopReason is StopReason.Cancelled or StopReason.LeaseLost)
        {
            return null;
        }
        catch (Exception e) when (RedisTrouble.IsOutage(e))
        {
            return new JobOutcome.Snoozed(job.Id, job.Fence, "Redis was away when the attempt ended", OutageSnooze);
        }
    }

    private void Release(RunningJob job)
    {
        slots.Release();
        limited.Release(job);
        if (!job.Claim.IsSuspect)
            return;
        suspects.Ended(job);
        // The next one may wait at the head of a queue.
        signals.Claimable.Set();
    }

    [LoggerMessage(1131, LogLevel.Error, "Job {JobId} ({JobName}, queue {Queue}) was not run. {Reason}")]
    private partial void LogRefused(string jobId, string jobName, string queue, string reason);

    [LoggerMessage(1130, LogLevel.Error, "Job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}, ended without an outcome; its lease will run out.")]
    private partial void LogBroken(Exception exception, string jobId, string jobName, string queue, int attempt);
}
