using Microsoft.Extensions.Logging;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>How a worker runs jobs, on either server.</summary>
public abstract class RunTests(ServerFixture server)
{
    [Fact]
    public async Task A_job_runs_and_keeps_its_result()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>("""{"answer":42}"""));

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        Assert.Equal(("""{"answer":42}""", 1), (job.Result, job.Attempt));
        Assert.Matches("^[^:]+:[0-9]+:[0-9a-f]{4}$", job.Worker);
    }

    [Fact]
    public async Task A_failing_job_is_retried_until_it_succeeds()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((job, _) => job.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult<string?>(null));

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        Assert.Equal(3, job.Attempt);
        Assert.Equal(3, job.History.Count(h => h.State == JobStates.Processing));
    }

    [Fact]
    public async Task A_job_fails_when_its_attempts_are_used_up()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => throw new InvalidOperationException("never"));

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(maxAttempts: 2), JobStates.Failed);

        Assert.Equal(new JobError("exception", "InvalidOperationException: never", 2), job.Error! with { Trace = null });
        Assert.Matches("^[0-9a-f]{16}$", job.Fingerprint);
    }

    [Fact]
    public async Task A_job_over_its_limit_times_out()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync(ForeverAsync);

        var id = await scheduler.EnqueueAsync(maxAttempts: 1, timeout: TimeSpan.FromMilliseconds(200));

        Assert.Equal("timeout", (await scheduler.WaitForAsync(id, JobStates.Failed)).Error?.Type);
    }

    [Fact]
    public async Task CPU_bound_jobs_that_wait_for_a_core_keep_no_other_job_waiting()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        using var release = new ManualResetEventSlim();
        var busy = await scheduler.EnqueueAsync([.. Enumerable.Range(0, 50).Select(_ => scheduler.New())]);
        await scheduler.StartWorkerAsync((job, _) =>
        {
            if (job.Type == "test.job")
                release.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return Task.FromResult<string?>(null);
        }, o => o.Concurrency = 8, cpuBound: true, otherType: "test.other");
        await scheduler.WaitForAsync(busy[0], JobStates.Processing);

        foreach (var id in await scheduler.EnqueueAsync([.. Enumerable.Range(0, 20).Select(_ => scheduler.New("test.other"))]))
            await scheduler.WaitForAsync(id, JobStates.Succeeded);

        release.Set();
        foreach (var id in busy)
            await scheduler.WaitForAsync(id, JobStates.Succeeded);
    }

    [Fact]
    public async Task A_cancelled_job_ends_within_half_a_second()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            using var registration = stop.Register(stopped.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        });
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(TimeSpan.FromSeconds(5), WorkerHarness.Token);

        Assert.Equal(CancelResult.Cancelled, await scheduler.Jobs.CancelAsync(id, WorkerHarness.Token));

        await stopped.Task.WaitAsync(TimeSpan.FromMilliseconds(500), WorkerHarness.Token);
        Assert.Equal(JobStates.Deleted, (await scheduler.WaitForAsync(id, JobStates.Deleted)).State);
    }

    [Fact]
    public async Task A_job_longer_than_its_lease_runs_once()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var starts = 0;
        Handler handler = async (_, stop) =>
        {
            Interlocked.Increment(ref starts);
            await Task.Delay(TimeSpan.FromSeconds(5), stop);
            return null;
        };
        await scheduler.StartWorkerAsync(handler);
        await scheduler.StartWorkerAsync(handler);

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        Assert.Equal((1, 1), (starts, job.Attempt));
    }

    [Fact]
    public async Task A_thousand_awaiting_jobs_need_few_threads()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (running, most) = (0, 0);
        var all = new TaskCompletionSource();
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            if (Interlocked.Increment(ref running) == 1000)
            {
                most = ThreadPool.ThreadCount;
                all.SetResult();
            }

            await all.Task.WaitAsync(stop);
            return null;
        }, o => o.Concurrency = 1000);
        var threadsBefore = ThreadPool.ThreadCount;

        var ids = await scheduler.EnqueueAsync([.. Enumerable.Range(0, 1000).Select(_ => scheduler.New())]);

        await all.Task.WaitAsync(TimeSpan.FromSeconds(10), WorkerHarness.Token);
        await scheduler.WaitForAsync(ids[0], JobStates.Succeeded);
        await scheduler.WaitForAsync(ids[^1], JobStates.Succeeded);
        Assert.InRange(most, 0, threadsBefore + 16);
    }

    [Fact]
    public async Task Never_more_jobs_run_than_there_are_slots()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (running, most) = (0, 0);
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Delay(2, stop);
            Interlocked.Decrement(ref running);
            return null;
        }, o => o.Concurrency = 3);

        var ids = await scheduler.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => scheduler.New())]);

        foreach (var id in ids)
            await scheduler.WaitForAsync(id, JobStates.Succeeded);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Queues_are_served_in_order()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var order = new List<string>();
        await scheduler.EnqueueAsync(queue: "low");
        await scheduler.EnqueueAsync(queue: "default");
        var last = await scheduler.EnqueueAsync(queue: "low");
        await scheduler.EnqueueAsync(queue: "critical");
        await scheduler.StartWorkerAsync((job, _) =>
        {
            order.Add(job.Queue);
            return Task.FromResult<string?>(null);
        }, o => (o.Concurrency, o.Queues) = (1, ["critical", "default", "low"]));

        await scheduler.WaitForAsync(last, JobStates.Succeeded);

        Assert.Equal(["critical", "default", "low", "low"], order);
    }

    [Fact]
    public async Task Cpu_bound_jobs_do_not_hold_up_the_others()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        using var release = new ManualResetEventSlim();
        await scheduler.StartWorkerAsync((_, _) =>
        {
            release.Wait(TimeSpan.FromSeconds(10), CancellationToken.None);
            return Task.FromResult<string?>(null);
        }, o => (o.Concurrency, o.Queues) = (100, ["blocking"]), cpuBound: true);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        var blocked = await scheduler.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => scheduler.New(queue: "blocking"))]);
        await scheduler.WaitForAsync(blocked[0], JobStates.Processing);

        var id = await scheduler.EnqueueAsync();

        await scheduler.WaitForAsync(id, job => job.State == JobStates.Succeeded, seconds: 2);
        release.Set();
        await scheduler.WaitForAsync(blocked[^1], JobStates.Succeeded);
    }

    [Fact]
    public async Task A_delayed_job_starts_when_it_is_due()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(delay: TimeSpan.FromMilliseconds(1200)), JobStates.Succeeded);

        Assert.InRange(job.StartedAt - job.CreatedAt ?? default, TimeSpan.FromMilliseconds(1200), TimeSpan.FromMilliseconds(1700));
    }

    [Fact]
    public async Task An_idle_worker_starts_a_job_at_once()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        var waits = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);
            waits.Add((job.StartedAt - job.CreatedAt)?.TotalMilliseconds ?? double.MaxValue);
        }

        // Far below the poll that repairs a lost wake-up; the median, since the machine may be busy.
        Assert.InRange(waits.Order().ElementAt(5), 0, 100);
    }

    [Fact]
    public async Task Logs_and_progress_are_stored_before_the_outcome()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((job, _) =>
        {
            job.Logger.LogInformation("step {Step}", 1);
            job.ReportProgress(70, "nearly");
            return Task.FromResult<string?>(null);
        });

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        Assert.Equal(new ProgressRecord(70, "nearly"), job.Progress);
        var line = Assert.Single((await scheduler.Logs.ReadAsync(job.Id, WorkerHarness.Token)).Lines);
        Assert.Equal(("Information", "step 1", 1), (line.Level, line.Message, line.Attempt));
    }

    [Fact]
    public async Task A_snoozed_job_comes_back_without_spending_an_attempt()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var starts = 0;
        await scheduler.StartWorkerAsync((_, _) => Interlocked.Increment(ref starts) < 3
            ? throw new JobSnoozedException("taken", TimeSpan.FromMilliseconds(50))
            : Task.FromResult<string?>(null));

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(maxAttempts: 1), JobStates.Succeeded);

        Assert.Equal((3, 1), (starts, job.Attempt));
    }

    private static async Task<string?> ForeverAsync(JobContext job, CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return null;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
                return;
        }
    }
}

public sealed class RunOnRedisTests(RedisServerFixture server) : RunTests(server);

public sealed class RunOnEmbeddedTests(EmbeddedServerFixture server) : RunTests(server);
