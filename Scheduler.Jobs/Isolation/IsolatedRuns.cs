using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.Jobs.Isolation;

/// <summary>Runs attempts of isolated job types in child processes, under their limits.</summary>
internal sealed class IsolatedRuns(ProcessPool pool, MemoryWatch memory, IOptions<IsolationOptions> options)
{
    private const long Megabyte = 1024 * 1024;

    // A worker that stops, or whose claim is gone, must be sure that the handler is gone before somebody else starts it.
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan hardKillAfter = options.Value.HardKillAfter;
    private readonly int memoryLimit = options.Value.MemoryLimitMegabytes;

    public Task<ChildLease> RentAsync(CancellationToken cancellationToken) => pool.RentAsync(cancellationToken);

    /// <summary>Gives the result as JSON, and throws what the handler threw in the form the dispatcher knows.</summary>
    public async Task<string?> RunAsync(ChildLease lease, RunningJob running, JobTypeDescriptor type, JobContext job, JobOutput output)
    {
        var child = lease.Child;
        var limit = type.Isolated?.MemoryLimitMegabytes is > 0 and var own ? own : memoryLimit;
        using var watch = memory.Watch(child.Id, limit * Megabyte, used => child.Kill($"it used {used / Megabyte} MB of memory and may use {limit} MB"));
        var run = new ChildMessage.Run(job.Id, job.Type, job.Queue, running.Job.Args, job.Attempt, job.MaxAttempts, job.FencingToken, job.ScheduledFor, job.Checkpoint);
        var listener = new ChildListener(message => Hear(message, job, child, running.Cancellation.Token), line => output.Write(LogLevel.Information, line));
        return await child.RunAsync(run, listener, () => GraceFor(running.StopReason), running.Cancellation.Token) switch
        {
            ChildMessage.Result result => result.Json,
            ChildMessage.Error error => throw new IsolatedFailureException(error.Failure, error.Details),
            var other => throw new InvalidOperationException($"A child process ended an attempt with {other}."),
        };
    }

    private TimeSpan GraceFor(StopReason reason) =>
        reason is StopReason.TimedOut or StopReason.Cancelled or StopReason.ResourceLost || hardKillAfter < ShortGrace ? hardKillAfter : ShortGrace;

    private static void Hear(ChildMessage message, JobContext job, PooledChild child, CancellationToken stop)
    {
        if (message is ChildMessage.Beat)
            job.Heartbeat();
        else if (message is ChildMessage.Checkpoint checkpoint)
            _ = SaveAsync(checkpoint, job, child, stop);
        else if (message is ChildMessage.Progress progress)
            job.ReportProgress(progress.Percent, progress.Message);
        else if (message is ChildMessage.Log log)
            job.Logger.Log(log.Level, default, log.Message, null, static (text, _) => text);
    }

    private static async Task SaveAsync(ChildMessage.Checkpoint checkpoint, JobContext job, PooledChild child, CancellationToken stop)
    {
        string? refusal = null;
        try
        {
            await job.SaveCheckpoint(checkpoint.Json, stop);
        }
        catch (Exception e)
        {
            refusal = e.Message;
        }

        child.Tell(new ChildMessage.CheckpointAnswer(checkpoint.Number, refusal));
    }
}
