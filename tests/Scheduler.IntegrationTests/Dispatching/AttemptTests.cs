using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>What an attempt leaves to the next, and when the next comes, on either server.</summary>
public abstract class AttemptTests(ServerFixture server)
{
    [Fact]
    public async Task The_next_attempt_goes_on_from_the_last_checkpoint()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (kept, found) = (new Position(0, "start"), new List<Position?>());
        await scheduler.StartWorkerAsync(async (job, stop) =>
        {
            found.Add(job.Resume<Position>());
            // A start that a busy machine takes away from us goes on from there too.
            Assert.Equal(kept.Row == 0 ? null : kept, found[^1]);
            if (job.Attempt == 3)
                return $"\"{found[^1]!.Name}\"";
            for (var step = 1; step <= 10; step += 9)
            {
                var next = new Position(kept.Row + step, "überall");
                await job.CheckpointAsync(next, stop);
                kept = next;
            }

            throw new InvalidOperationException("not yet");
        });

        var job = await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        Assert.Equal(("\"überall\"", 3), (job.Result, job.Attempt));
        Assert.Null(found[0]);
    }

    [Fact]
    public async Task A_checkpoint_of_an_attempt_that_lost_its_job_is_refused()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        var refused = new TaskCompletionSource<Exception?>();
        await scheduler.StartWorkerAsync(async (job, stop) =>
        {
            started.SetResult();
            await cancelled.Task;
            refused.SetResult(await Record.ExceptionAsync(() => job.CheckpointAsync(new Position(1, "x"), CancellationToken.None)));
            return null;
        });
        var id = await scheduler.EnqueueAsync();
        await started.Task;

        await scheduler.Jobs.CancelAsync(id, WorkerHarness.Token);
        cancelled.SetResult();

        Assert.IsType<CheckpointRefusedException>(await refused.Task);
        Assert.Null((await scheduler.WaitForAsync(id, JobStates.Deleted)).Checkpoint);
    }

    [Fact]
    public async Task A_requeued_failure_goes_on_and_a_requeued_success_starts_anew()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var fails = true;
        await scheduler.StartWorkerAsync(async (job, stop) =>
        {
            var from = job.Resume<Position>();
            await job.CheckpointAsync(new Position((from?.Row ?? 0) + 1, ""), stop);
            return fails ? throw new JobFailedException("no") : $"{from?.Row ?? 0}";
        });
        var id = await scheduler.EnqueueAsync();
        await scheduler.WaitForAsync(id, JobStates.Failed);

        fails = false;
        await scheduler.Jobs.RequeueAsync(id, WorkerHarness.Token);
        Assert.Equal("1", (await scheduler.WaitForAsync(id, JobStates.Succeeded)).Result);
        await scheduler.Jobs.RequeueAsync(id, WorkerHarness.Token);
        Assert.Equal("0", (await scheduler.WaitForAsync(id, job => job is { State: JobStates.Succeeded, Result: "0" })).Result);
    }

    [Fact]
    public async Task A_jobs_own_delays_are_kept_and_used_up()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => throw new InvalidOperationException("never"));

        var id = (await scheduler.EnqueueAsync([scheduler.New() with { Retry = new RetryRules(Delays: [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(20)]) }]))[0];
        var job = await scheduler.WaitForAsync(id, JobStates.Failed);

        Assert.Equal(3, job.Attempt);
        var starts = job.History.Where(h => h.State == JobStates.Processing).Select(h => h.At).ToList();
        Assert.InRange(starts[1] - starts[0], TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Lines_of_any_logger_are_in_the_log_of_the_job_that_runs()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        ILogger? service = null;
        var host = await scheduler.StartWorkerAsync(async (job, stop) =>
        {
            service!.LogInformation("saved {Name}", "job " + job.Id);
            await Task.Yield();
            job.Logger.LogWarning("half");
            await Task.Run(() => service!.LogError(new InvalidOperationException("why"), "bad"), stop);
            service!.LogDebug("unseen");
            return null;
        });
        service = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Acme.Store");
        service.LogInformation("outside");

        var ids = await scheduler.EnqueueAsync([scheduler.New(), scheduler.New()]);

        foreach (var id in ids)
        {
            await scheduler.WaitForAsync(id, JobStates.Succeeded);
            Assert.Equal(
                [$"saved job {id}", "half", "bad (InvalidOperationException: why)"],
                (await scheduler.Logs.ReadAsync(id, WorkerHarness.Token)).Lines.Select(line => line.Message));
        }
    }

    [Fact]
    public async Task A_cancellation_reaches_each_worker_within_half_a_second()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var started = new CountdownEvent(2);
        var stopped = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        for (var i = 0; i < 2; i++)
        {
            var end = stopped[i];
            await scheduler.StartWorkerAsync(async (_, stop) =>
            {
                using var registration = stop.Register(end.SetResult);
                started.Signal();
                await Task.Delay(Timeout.Infinite, stop);
                return null;
            }, o => o.Concurrency = 1);
        }

        var ids = await scheduler.EnqueueAsync([scheduler.New(), scheduler.New()]);
        Assert.True(await Task.Run(() => started.Wait(TimeSpan.FromSeconds(10), WorkerHarness.Token)));

        foreach (var id in ids)
            await scheduler.Jobs.CancelAsync(id, WorkerHarness.Token);

        await Task.WhenAll(stopped.Select(end => end.Task)).WaitAsync(TimeSpan.FromMilliseconds(500), WorkerHarness.Token);
    }

    private sealed record Position(int Row, string Name);
}

public sealed class AttemptOnRedisTests(RedisServerFixture server) : AttemptTests(server);

public sealed class AttemptOnEmbeddedTests(EmbeddedServerFixture server) : AttemptTests(server);
