using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// One worker: claims jobs, runs them, commits their outcomes, keeps their leases. Starts without Redis and waits for it;
/// stops by draining: running jobs get their grace, the rest is handed back unspent.
/// </summary>
internal sealed partial class SchedulerWorker(
    ClaimLoop claiming, CompletionLoop completions, UpkeepLoop upkeep, MendLoop mending, HeartbeatLoop heartbeat, ControlListener control,
    LeaseRenewal renewal, LeaseDeadlines deadlines, PoolRelief relief, WorkerDuty duty, RunningJobs running, JobSlots slots, JobExecution execution,
    WorkerStore workers, WorkerIdentity worker, IOptions<WorkerOptions> options, TimeProvider time,
    ILogger<SchedulerWorker> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan ListenGrace = TimeSpan.FromSeconds(5);

    // Together at most 2 s beyond the drain timeout: for handlers to notice their token, and for the last commits.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommitGrace = TimeSpan.FromSeconds(1);

    private readonly TimeSpan drainTimeout = options.Value.DrainTimeout;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource abandoned = new();
    private Task claims = Task.CompletedTask;
    private Task commits = Task.CompletedTask;
    private Task others = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After all other services: handlers may need them.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        renewal.Start();
        deadlines.Start();
        relief.Start();
        commits = Task.Run(() => completions.RunAsync(abandoned.Token), CancellationToken.None);
        others = Task.WhenAll(
            Task.Run(() => control.RunAsync(stopping.Token), CancellationToken.None),
            Task.Run(() => heartbeat.RunAsync(stopping.Token), CancellationToken.None),
            Task.Run(() => upkeep.RunAsync(stopping.Token), CancellationToken.None),
            Task.Run(() => mending.RunAsync(stopping.Token), CancellationToken.None));
        claims = LoopThread.RunAsync("Scheduler claims", ClaimAsync);
        LogStarted(worker.Id, options.Value.Concurrency, string.Join(", ", options.Value.Queues));
        return Task.CompletedTask;
    }

    /// <summary>Before any other service stops: from here on nothing is claimed.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        duty.StopClaiming();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        duty.StopClaiming();
        await Quietly(execution.HandBackWaitingAsync(TimeSpan.Zero).WaitAsync(CommitGrace, cancellationToken));
        await LetRunningJobsEndAsync(cancellationToken);
        await HandBackTheRestAsync(cancellationToken);
        await EndLoopsAsync();
        LogStopped(worker.Id);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopping.Dispose();
        abandoned.Dispose();
    }

    // A job that starts before we listen would miss its cancellation. Where nobody may listen, a cancellation is found by the renewal.
    private async Task ClaimAsync()
    {
        await Quietly(control.Listening.WaitAsync(ListenGrace, duty.Draining));
        await claiming.RunAsync(duty.Draining);
    }

    private async Task LetRunningJobsEndAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        await Quietly(claims.WaitAsync(drainTimeout + CancelGrace, time, cancellationToken));
        if (drainTimeout - time.GetElapsedTime(start) is { Ticks: > 0 } left)
            await Quietly(slots.WaitUntilEmptyAsync(left, cancellationToken));
    }

    private async Task HandBackTheRestAsync(CancellationToken cancellationToken)
    {
        foreach (var job in running.All)
            job.Stop(StopReason.Shutdown);
        await Quietly(slots.WaitUntilEmptyAsync(CancelGrace, cancellationToken));
        // Handlers that ignore their token end with the process; their jobs need not wait for the lease.
        await Quietly(execution.HandBackUnfinishedAsync(running.All).WaitAsync(CommitGrace, cancellationToken));
    }

    private async Task EndLoopsAsync()
    {
        completions.Complete();
        await Quietly(commits.WaitAsync(CommitGrace));
        await abandoned.CancelAsync();
        await stopping.CancelAsync();
        renewal.Stop();
        deadlines.Dispose();
        relief.Stop();
        await Quietly(others.WaitAsync(CommitGrace));
        await Quietly(workers.RemoveAsync(worker.Id, CancellationToken.None).WaitAsync(CommitGrace));
    }

    // A stop that cannot be completed, because Redis is away or time is up, is still a stop: leases take care of the rest.
    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(1151, LogLevel.Information, "Worker {WorkerId} started: {Concurrency} jobs at a time from {Queues}.")]
    private partial void LogStarted(string workerId, int concurrency, string queues);

    [LoggerMessage(1152, LogLevel.Information, "Worker {WorkerId} stopped.")]
    private partial void LogStopped(string workerId);
}
