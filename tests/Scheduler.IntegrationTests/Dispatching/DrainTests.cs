using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>How a worker stops.</summary>
public sealed class DrainTests(RedisServerFixture server)
{
    [Fact]
    public async Task A_running_job_may_end_within_the_grace()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var started = new TaskCompletionSource();
        var worker = await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            started.SetResult();
            await Task.Delay(500, stop);
            return null;
        });
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        await worker.StopAsync(WorkerHarness.Token);

        Assert.Equal(JobStates.Succeeded, (await scheduler.WaitForAsync(id, _ => true)).State);
        Assert.Empty(await scheduler.Workers.ListAsync(WorkerHarness.Token));
    }

    [Fact]
    public async Task A_job_beyond_the_grace_is_handed_back_unspent()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var started = new TaskCompletionSource();
        var worker = await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        }, o => o.DrainTimeout = TimeSpan.FromMilliseconds(300));
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        await worker.StopAsync(WorkerHarness.Token);

        var job = await scheduler.WaitForAsync(id, _ => true);
        Assert.Equal((JobStates.Enqueued, 0), (job.State, job.Attempt));
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        Assert.Equal(1, (await scheduler.WaitForAsync(id, JobStates.Succeeded)).Attempt);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_does_not_hold_up_the_stop()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, never) = (new TaskCompletionSource(), new TaskCompletionSource<string?>());
        var worker = await scheduler.StartWorkerAsync((_, _) =>
        {
            started.TrySetResult();
            return never.Task;
        }, o => o.DrainTimeout = TimeSpan.FromMilliseconds(300));
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);
        var watch = Stopwatch.StartNew();

        await worker.StopAsync(WorkerHarness.Token);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(300 + 2000));
        Assert.Equal(JobStates.Enqueued, (await scheduler.WaitForAsync(id, _ => true)).State);
        never.SetResult(null);
    }

    [Fact]
    public async Task Nothing_is_claimed_once_the_stop_has_begun()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var started = new TaskCompletionSource();
        var worker = await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            started.TrySetResult();
            await Task.Delay(700, stop);
            return null;
        });
        await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        var stop = worker.StopAsync(WorkerHarness.Token);
        var late = await scheduler.EnqueueAsync();
        await stop;

        Assert.Equal(JobStates.Enqueued, (await scheduler.WaitForAsync(late, _ => true)).State);
    }

    [Fact]
    public async Task A_worker_told_to_drain_finishes_what_runs_and_stays_visible()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource<string?>());
        var worker = await scheduler.StartWorkerAsync((_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        });
        var running = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);
        var id = worker.Services.GetRequiredService<WorkerIdentity>().Id;

        Assert.True(await scheduler.Workers.DrainAsync(id, WorkerHarness.Token));
        await scheduler.EventuallyAsync(() => Task.FromResult(worker.Services.GetRequiredService<WorkerDuty>().IsDraining));
        var late = await scheduler.EnqueueAsync();
        release.SetResult(null);

        await scheduler.WaitForAsync(running, JobStates.Succeeded);
        await Task.Delay(1200, WorkerHarness.Token);
        Assert.Equal(JobStates.Enqueued, (await scheduler.WaitForAsync(late, _ => true)).State);
        Assert.True(Assert.Single(await scheduler.Workers.ListAsync(WorkerHarness.Token)).Draining);
    }

    [Fact]
    public async Task The_host_waits_longer_than_the_drain()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var worker = await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null), o => o.DrainTimeout = TimeSpan.FromMinutes(5));

        Assert.InRange(worker.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout, TimeSpan.FromMinutes(5.01), TimeSpan.MaxValue);
    }
}
