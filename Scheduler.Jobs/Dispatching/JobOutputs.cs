using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Opens the output of a run, and hands its handler the two ends it writes to.</summary>
internal sealed partial class JobOutputs(
    ClaimStore claims, JobLogStore logs, ILoggerFactory loggers, TimeProvider time, ILogger<JobOutputs> logger)
{
    private readonly ConcurrentDictionary<string, ILogger> loggersByType = new(StringComparer.Ordinal);

    public JobOutput Open(RunningJob running) => new(
        lines => logs.AppendAsync(running.Id, lines, CancellationToken.None),
        progress => claims.ReportProgressAsync(running.Id, running.Fence, progress, CancellationToken.None),
        reason => LogOutputLost(reason, running.Id, running.Job.Type, running.Job.Queue, running.Job.Attempt),
        running.Job.Attempt,
        time);

    public JobContext CreateContext(RunningJob running, int maxAttempts, JobOutput output, SilenceWatch silence) => new()
    {
        Id = running.Id,
        Type = running.Job.Type,
        Queue = running.Job.Queue,
        Attempt = running.Job.Attempt,
        MaxAttempts = maxAttempts,
        FencingToken = running.Fence,
        ScheduledFor = running.Job.ScheduledFor,
        Logger = new JobLogger(loggersByType.GetOrAdd(running.Job.Type, static (type, all) => all.CreateLogger("Scheduler.Jobs.Run." + type), loggers), running.Job, output),
        Progress = output.Report,
        Beat = silence.Beat,
        Checkpoint = running.Job.Checkpoint,
        SaveCheckpoint = (json, cancellationToken) => SaveCheckpointAsync(running, json, cancellationToken),
    };

    private async Task SaveCheckpointAsync(RunningJob running, string json, CancellationToken cancellationToken)
    {
        if (!await claims.SaveCheckpointAsync(running.Id, running.Fence, json, cancellationToken))
            throw new CheckpointRefusedException($"The checkpoint of job {running.Id} was not saved: the job is no longer this attempt's.");
    }

    [LoggerMessage(1160, LogLevel.Warning, "Some of the output of job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}, is lost.")]
    private partial void LogOutputLost(Exception exception, string jobId, string jobName, string queue, int attempt);
}
