using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Commits outcomes in groups: whatever is ready while one script runs goes into the next.</summary>
internal sealed partial class CompletionLoop(
    ClaimStore claims, RunningJobs running, ResilientLoop loop, DispatcherMetrics metrics, ILogger<CompletionLoop> logger)
{
    // Two scripts' worth: enough to keep the next group filling, little enough that an outage holds back the executions.
    private readonly Channel<Completion> ready = Channel.CreateBounded<Completion>(
        new BoundedChannelOptions(2 * ClaimStore.MaxBatch) { SingleReader = true });

    private readonly List<Completion> group = new(ClaimStore.MaxBatch);

    /// <summary>Waits while the commits are behind. After the end an outcome is dropped: the lease will tell.</summary>
    public async Task AddAsync(RunningJob job, JobOutcome outcome)
    {
        var completion = new Completion(job, outcome);
        while (!ready.Writer.TryWrite(completion) && await ready.Writer.WaitToWriteAsync(CancellationToken.None))
        {
        }
    }

    /// <summary>No more outcomes; <see cref="RunAsync"/> ends when the last is committed.</summary>
    public void Complete() => ready.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await loop.RunAsync("completion", async stop =>
        {
            if (!await FillGroupAsync(stop))
                await finished.CancelAsync();
            else
                await CommitGroupAsync();
        }, finished.Token);
    }

    // A group that failed is still here: it is committed again before anything new is taken.
    private async Task<bool> FillGroupAsync(CancellationToken stop)
    {
        if (group.Count > 0)
            return true;
        if (!await ready.Reader.WaitToReadAsync(stop))
            return false;
        while (group.Count < ClaimStore.MaxBatch && ready.Reader.TryRead(out var completion))
            group.Add(completion);
        return true;
    }

    private async Task CommitGroupAsync()
    {
        try
        {
            // crash point 1: nothing committed; the leases run out and the jobs run again
            var written = await claims.CompleteAsync([.. group.Select(c => c.Outcome)], CancellationToken.None);
            // crash point 2: all committed; a repetition is answered "written before" and changes nothing
            for (var i = 0; i < group.Count; i++)
                Settle(group[i], written[i]);
            group.Clear();
        }
        catch (Exception e) when (RedisTrouble.IsRefusal(e))
        {
            await CommitOneByOneAsync();
        }
    }

    // The server refused the group for good: find the outcome it cannot take, so that the others do not suffer.
    private async Task CommitOneByOneAsync()
    {
        while (group.Count > 0)
        {
            var (job, outcome) = group[^1];
            try
            {
                var written = await claims.CompleteAsync([outcome], CancellationToken.None);
                Settle(group[^1], written[0]);
            }
            catch (Exception e) when (RedisTrouble.IsRefusal(e))
            {
                LogRefused(e, job.Id, job.Job.Type, job.Job.Queue, job.Job.Attempt);
                running.Remove(job);
            }

            group.RemoveAt(group.Count - 1);
        }
    }

    private void Settle(Completion completion, bool written)
    {
        var (job, outcome) = completion;
        running.Remove(job);
        if (written)
        {
            metrics.Committed(job.Job, outcome);
            return;
        }

        metrics.Stale(job.Job);
        LogStale(job.Id, job.Job.Type, job.Job.Queue, job.Job.Attempt);
    }

    [LoggerMessage(1120, LogLevel.Warning, "Outcome of job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}, was not written: the job is no longer this worker's.")]
    private partial void LogStale(string jobId, string jobName, string queue, int attempt);

    [LoggerMessage(1121, LogLevel.Error, "Redis refuses the outcome of job {JobId} ({JobName}, queue {Queue}), attempt {Attempt}; its lease will run out.")]
    private partial void LogRefused(Exception exception, string jobId, string jobName, string queue, int attempt);

    private readonly record struct Completion(RunningJob Job, JobOutcome Outcome);
}
