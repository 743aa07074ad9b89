using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// The child processes of this worker: some stand ready, each runs one attempt at a time, and those that have run many
/// or grown are replaced.
/// </summary>
internal sealed partial class ProcessPool(
    ChildProgram program, JobTypeRegistry types, IOptions<IsolationOptions> options, IMeterFactory meters, TimeProvider time,
    ILogger<ProcessPool> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    // A healthy one beats every second; a machine that stands still for a moment makes none of them sick.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    // On a machine whose processors are always busy nothing would ever start otherwise.
    private static readonly TimeSpan LongestGivingWay = TimeSpan.FromSeconds(2);

    private readonly IsolationOptions limits = options.Value;
    private readonly bool isNeeded = types.All.Any(type => type.Isolated is not null);
    private readonly SemaphoreSlim places = new(options.Value.Max);
    private readonly Lock gate = new();
    private readonly List<PooledChild> idle = [];
    private readonly List<TaskCompletionSource<PooledChild>> waiting = [];
    private readonly HashSet<PooledChild> alive = [];
    private readonly HashSet<PooledChild> notReady = [];
    private ITimer? timer;
    private int starting;
    private long? failedAt;
    private bool stopped;

    /// <summary>Attempts that can start without waiting for another to end.</summary>
    public int Free => places.CurrentCount;

    /// <summary>Children that stand ready, and children that run a job.</summary>
    public (int Idle, int Busy) Children
    {
        get
        {
            lock (gate)
                return (idle.Count, alive.Count - idle.Count);
        }
    }

    /// <summary>Each child as people see it, the oldest first.</summary>
    public IReadOnlyList<WorkerChild> Describe()
    {
        List<PooledChild> children;
        lock (gate)
            children = [.. alive];
        return [.. children.OrderBy(c => c.StartedAt).Select(c => new WorkerChild(c.Id, c.JobId, c.Attempts, ProcessTree.ResidentOf(c.Id), c.StartedAt))];
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!isNeeded)
            return Task.CompletedTask;
        meters.Create(DispatcherMetrics.SourceName).CreateObservableGauge("scheduler.isolation.children", Measure, "{process}", "Child processes of isolated jobs, by state.");
        timer = time.CreateTimer(static pool => ((ProcessPool)pool!).Check(), this, TimeSpan.Zero, CheckEvery);
        return Task.CompletedTask;
    }

    /// <summary>Ends all children. The worker has drained before: what still runs in one is not waited for.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) => await Task.WhenAll(Stop().Select(child => child.EndAsync()));

    public void Dispose()
    {
        foreach (var child in Stop())
            child.Kill("its worker stops");
        timer?.Dispose();
    }

    /// <summary>A child of one's own until the lease is disposed; waits for one where all are busy.</summary>
    /// <exception cref="JobSnoozedException">None can be started.</exception>
    public async Task<ChildLease> RentAsync(CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            return new ChildLease(await NextAsync(cancellationToken), Return);
        }
        catch
        {
            places.Release();
            throw;
        }
    }

    private IEnumerable<Measurement<int>> Measure()
    {
        var (ready, busy) = Children;
        return [new(ready, new KeyValuePair<string, object?>("state", "ready")), new(busy, new KeyValuePair<string, object?>("state", "busy"))];
    }

    private async Task<PooledChild> NextAsync(CancellationToken cancellationToken)
    {
        var next = new TaskCompletionSource<PooledChild>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(() => next.TrySetCanceled(cancellationToken));
        lock (gate)
        {
            if (idle.FindLast(child => child.IsAlive) is { } ready)
            {
                idle.Remove(ready);
                next.TrySetResult(ready);
            }
            else
            {
                waiting.Add(next);
                foreach (var child in notReady)
                    child.Raise();
            }
            StartMissing();
        }

        return await next.Task;
    }

    private void Return(PooledChild child)
    {
        var keeps = child.IsAlive && child.Attempts < limits.MaxJobsPerChild
            && ProcessTree.ResidentOf(child.Id) <= limits.RecycleAboveMegabytes * 1024L * 1024;
        lock (gate)
        {
            if (keeps && !stopped)
                Offer(child);
            else
                Replace(child);
        }

        places.Release();
    }

    // To whoever has waited longest, else aside.
    private void Offer(PooledChild child)
    {
        foreach (var waiter in waiting)
        {
            if (waiter.TrySetResult(child))
                return;
        }

        child.IdleSince = time.GetTimestamp();
        idle.Add(child);
    }

    private void Replace(PooledChild child)
    {
        idle.Remove(child);
        alive.Remove(child);
        _ = child.EndAsync();
        StartMissing();
    }

    /// <summary>As many as are waited for, and as many to stand ready as the limit allows.</summary>
    private void StartMissing()
    {
        waiting.RemoveAll(waiter => waiter.Task.IsCompleted);
        if (stopped || IsPausedByFailure)
            return;
        var spare = Math.Min(limits.MinIdle, limits.Max - (alive.Count - idle.Count) - waiting.Count);
        for (var missing = waiting.Count + spare - idle.Count - starting; missing > 0; missing--)
        {
            starting++;
            _ = StartOneAsync();
        }
    }

    private bool IsPausedByFailure => failedAt is { } failure && time.GetElapsedTime(failure) < PauseAfterFailure;

    private async Task StartOneAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var begun = time.GetTimestamp();
        PooledChild? child = null;
        try
        {
            child = Begin();
            await child.WaitUntilReadyAsync(limits.StartTimeout, CancellationToken.None);
            child.Raise();
            LogStarted(child.Id, time.GetElapsedTime(begun).TotalMilliseconds);
            Started(child);
        }
        catch (Exception e)
        {
            child?.Kill("it did not start");
            LogNotStarted(e, e is ChildDiedException { Death.LastOutput: [.., var last] } ? last : "");
            Failed(child, e);
        }
    }

    /// <summary>What is started to stand ready must not slow down the jobs that run, so it gives way to them until somebody waits for it.</summary>
    private PooledChild Begin()
    {
        var child = PooledChild.Start(program.StartInfo(), program.Nice, giveWay: program.Nice < LibC.OnlyWhenIdle && LibC.CanRaise, time);
        lock (gate)
        {
            notReady.Add(child);
            if (waiting.Count > 0)
                child.Raise();
        }
        return child;
    }

    private void Started(PooledChild child)
    {
        lock (gate)
        {
            starting--;
            notReady.Remove(child);
            failedAt = null;
            alive.Add(child);
            if (stopped)
                Replace(child);
            else
                Offer(child);
        }
    }

    // What waits cannot be helped before the pause is over.
    private void Failed(PooledChild? child, Exception cause)
    {
        lock (gate)
        {
            starting--;
            if (child is not null)
                notReady.Remove(child);
            failedAt = time.GetTimestamp();
            foreach (var waiter in waiting)
                waiter.TrySetException(new JobSnoozedException($"No child process can be started on this worker: {cause.Message}", PauseAfterFailure));
            waiting.Clear();
        }
    }

    private void Check()
    {
        lock (gate)
        {
            foreach (var sick in idle.Where(child => child.IsAlive && child.Silence > LongestSilence).ToList())
            {
                LogSick(sick.Id, sick.Silence.TotalSeconds);
                sick.Kill("it stood ready, but no longer answered");
            }

            foreach (var dead in idle.Where(child => !child.IsAlive).ToList())
                Replace(dead);
            if (idle.Count > limits.MinIdle && time.GetElapsedTime(idle[0].IdleSince) > limits.IdleTimeout)
                Replace(idle[0]);
            // Until it is ready it says nothing.
            foreach (var slow in notReady.Where(child => child.Silence > LongestGivingWay))
                slow.Raise();
            StartMissing();
        }
    }

    private List<PooledChild> Stop()
    {
        lock (gate)
        {
            stopped = true;
            var all = alive.ToList();
            alive.Clear();
            idle.Clear();
            return all;
        }
    }

    [LoggerMessage(1180, LogLevel.Debug, "Child process {ProcessId} is ready after {Milliseconds:0} ms.")]
    private partial void LogStarted(int processId, double milliseconds);

    [LoggerMessage(1181, LogLevel.Error, "A child process for isolated jobs cannot be started; the next try is in 10 s. Its last output: {LastLine}")]
    private partial void LogNotStarted(Exception exception, string lastLine);

    [LoggerMessage(1182, LogLevel.Warning, "Child process {ProcessId} has not answered for {Seconds:0} s; it is replaced.")]
    private partial void LogSick(int processId, double seconds);
}
