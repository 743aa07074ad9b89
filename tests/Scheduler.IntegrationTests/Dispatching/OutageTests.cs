using System.Diagnostics;
using System.Globalization;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>What a worker does while Redis is away, and when its jobs are no longer its own.</summary>
public sealed class OutageTests(RedisServerFixture server)
{
    [Fact]
    public async Task A_worker_recovers_by_itself_when_redis_comes_back()
    {
        RedisProcess.SkipWhereMissing();
        var port = FreePort.Next();
        await using var first = await RedisProcess.StartAsync(port);
        await using var scheduler = await WorkerHarness.StartAsync(first.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);

        await first.KillAsync();
        await Task.Delay(3000, WorkerHarness.Token);
        await using var second = await RedisProcess.StartAsync(port);

        string? id = null;
        await scheduler.EventuallyAsync(async () => (id = await TryEnqueueAsync(scheduler)) is not null, seconds: 10);
        await scheduler.WaitForAsync(id!, job => job.State == JobStates.Succeeded, seconds: 5);
        await scheduler.EventuallyAsync(async () => (await scheduler.Workers.ListAsync(WorkerHarness.Token)).Count == 1, seconds: 10);
    }

    [Fact]
    public async Task A_worker_started_without_redis_waits_for_it()
    {
        RedisProcess.SkipWhereMissing();
        var port = FreePort.Next();
        await using var scheduler = await WorkerHarness.StartAsync($"127.0.0.1:{port}");
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        await Task.Delay(500, WorkerHarness.Token);

        await using var redis = await RedisProcess.StartAsync(port);

        string? id = null;
        await scheduler.EventuallyAsync(async () => (id = await TryEnqueueAsync(scheduler)) is not null);
        await scheduler.WaitForAsync(id!, job => job.State == JobStates.Succeeded, seconds: 8);
    }

    [Fact]
    public async Task A_worker_that_cannot_renew_stops_its_job_before_the_lease_ends()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var scheduler = await WorkerHarness.StartAsync(redis.ConnectionString);
        var (started, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            using var registration = stop.Register(stopped.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        }, o => o.DrainTimeout = TimeSpan.Zero);
        await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        await redis.KillAsync();

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(2), WorkerHarness.Token);
    }

    [Fact]
    public async Task A_worker_whose_claim_was_taken_over_stops_and_writes_nothing()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopped.TrySetResult();
            return "\"stale\"";
        });
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        await scheduler.Redis.Database.HashSetAsync(scheduler.Redis.Keys.JobHash(id), "Fence", 1_000_000);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(3), WorkerHarness.Token);
        await Task.Delay(300, WorkerHarness.Token);
        var job = await scheduler.WaitForAsync(id, _ => true);
        Assert.Equal((JobStates.Processing, null), (job.State, job.Result));
    }

    [Fact]
    public async Task A_lease_entry_deleted_by_hand_does_not_start_the_job_twice()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (started, starts) = (new TaskCompletionSource(), 0);
        await scheduler.StartWorkerAsync(async (_, stop) =>
        {
            Interlocked.Increment(ref starts);
            started.TrySetResult();
            await Task.Delay(3000, stop);
            return null;
        });
        var id = await scheduler.EnqueueAsync();
        await started.Task.WaitAsync(WorkerHarness.Token);

        await scheduler.Redis.Database.KeyDeleteAsync(scheduler.Redis.Keys.Leases);

        await scheduler.WaitForAsync(id, JobStates.Succeeded);
        Assert.Equal(1, starts);
    }

    [Fact]
    public async Task An_idle_worker_costs_little()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var scheduler = await WorkerHarness.StartAsync(redis.ConnectionString);
        await scheduler.StartWorkerAsync((_, _) => Task.FromResult<string?>(null));
        await scheduler.WaitForAsync(await scheduler.EnqueueAsync(), JobStates.Succeeded);
        await Task.Delay(1000, WorkerHarness.Token);

        await using var admin = await redis.ConnectAsAdminAsync();
        var watch = Stopwatch.StartNew();
        var before = await CommandsAsync(admin);
        await Task.Delay(10_000, WorkerHarness.Token);
        var after = await CommandsAsync(admin);

        Assert.InRange((after - before) / watch.Elapsed.TotalSeconds, 0, 3);
    }

    private static async Task<long> CommandsAsync(ConnectionMultiplexer admin)
    {
        var stats = (await admin.GetServers()[0].InfoAsync("stats")).SelectMany(group => group);
        return long.Parse(stats.Single(pair => pair.Key == "total_commands_processed").Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string?> TryEnqueueAsync(WorkerHarness scheduler)
    {
        try
        {
            return await scheduler.EnqueueAsync();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }
    }
}
