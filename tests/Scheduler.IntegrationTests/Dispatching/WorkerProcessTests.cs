using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>Worker processes that are killed, paused and stopped: the product's promises, on the real host.</summary>
public sealed class WorkerProcessTests(RedisServerFixture server)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_killed_workers_job_runs_elsewhere_within_a_lease_and_two_seconds()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await using var victim = StartWorker(scheduler);
        var id = await scheduler.EnqueueAsync([Sleep(scheduler, "PT1M")]);
        await WaitForStartAsync(scheduler, id[0], victim);
        await using var heir = StartWorker(scheduler);
        await scheduler.EventuallyAsync(async () => (await scheduler.Workers.ListAsync(WorkerHarness.Token)).Count == 2, seconds: 30);

        var killedAt = DateTimeOffset.FromUnixTimeMilliseconds(await NowAsync(scheduler));
        await victim.KillAsync();

        var job = await WaitForStartAsync(scheduler, id[0], heir);
        Assert.InRange(job.StartedAt - killedAt ?? TimeSpan.MaxValue, TimeSpan.Zero, Lease + TimeSpan.FromSeconds(2));
        Assert.Equal(1, job.Attempt);
    }

    [Fact]
    public async Task A_terminated_worker_hands_back_what_runs_and_exits_zero()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await using var worker = StartWorker(scheduler);
        var id = await scheduler.EnqueueAsync([Sleep(scheduler, "PT1M")]);
        await WaitForStartAsync(scheduler, id[0], worker);

        await worker.SignalAsync("TERM");

        Assert.Equal(0, await worker.WaitForExitAsync(TimeSpan.FromSeconds(15)));
        var job = await scheduler.WaitForAsync(id[0], _ => true);
        Assert.Equal((JobStates.Enqueued, 0), (job.State, job.Attempt));
        Assert.Empty(await scheduler.Workers.ListAsync(WorkerHarness.Token));
    }

    [Fact]
    public async Task A_paused_worker_that_comes_back_after_its_lease_writes_nothing()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await using var paused = StartWorker(scheduler);
        var id = await scheduler.EnqueueAsync([Sleep(scheduler, "PT4S")]);
        await WaitForStartAsync(scheduler, id[0], paused);
        await paused.SignalAsync("STOP");
        await using var heir = StartWorker(scheduler);

        await WaitForStartAsync(scheduler, id[0], heir);
        await paused.SignalAsync("CONT");

        var job = await scheduler.WaitForAsync(id[0], j => j.State == JobStates.Succeeded, seconds: 30);
        Assert.Contains($":{heir.Id}:", job.Worker, StringComparison.Ordinal);
        await Task.Delay(1000, WorkerHarness.Token);
        Assert.Equal(job.History.Count, (await scheduler.WaitForAsync(id[0], _ => true)).History.Count);
    }

    [Fact]
    public async Task A_job_that_kills_its_workers_is_quarantined_and_its_neighbour_is_not()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var ids = await scheduler.EnqueueAsync([Sleep(scheduler, "PT2S"), scheduler.New("demo.crash")]);

        for (var deaths = 0; deaths < 3; deaths++)
        {
            await using var worker = StartWorker(scheduler);
            await worker.WaitForExitAsync(TimeSpan.FromSeconds(40));
        }

        await using var last = StartWorker(scheduler);
        var poison = await scheduler.WaitForAsync(ids[1], job => job.State == JobStates.Failed, seconds: 30);
        Assert.Equal("poison_job", poison.Error?.Type);
        Assert.Equal(1, (await scheduler.WaitForAsync(ids[0], job => job.State == JobStates.Succeeded, seconds: 30)).Attempt);
    }

    [Fact]
    public async Task Jobs_that_block_their_threads_all_begin_and_do_not_wait_for_a_pool_that_grows_by_one_or_two_a_second()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        await using var worker = StartWorker(scheduler, ("Scheduler:Worker:Concurrency", "100"), ("Scheduler:Plugins", Path.GetDirectoryName(Repository.BuiltAssembly("tests/Scheduler.SampleJobs"))!));
        await scheduler.EventuallyAsync(async () => (await scheduler.Workers.ListAsync(WorkerHarness.Token)).Count == 1, seconds: 30);

        var ids = await scheduler.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => scheduler.New("sample.block") with { Args = """{"milliseconds":4000}""" })]);

        // At two threads a second they would take half a minute.
        await scheduler.EventuallyAsync(async () => (await Task.WhenAll(ids.Select(id => scheduler.Jobs.GetAsync(id, WorkerHarness.Token)))).All(job => job!.State == JobStates.Succeeded), seconds: 20);
    }

    private RunningProcess StartWorker(WorkerHarness scheduler, params (string Key, string Value)[] more)
    {
        var settings = server.Settings(scheduler.Redis.Keys.Prefix);
        foreach (var (key, value) in more)
            settings[key] = value;
        settings["Scheduler:Worker:Lease"] = Lease.ToString();
        settings["Scheduler:Worker:DrainTimeout"] = "00:00:01";
        return RunningProcess.StartHost("Scheduler.Worker", settings);
    }

    private static NewJob Sleep(WorkerHarness scheduler, string duration) =>
        scheduler.New("demo.sleep") with { Args = $$"""{"duration":"{{duration}}"}""" };

    private static Task<JobRecord> WaitForStartAsync(WorkerHarness scheduler, string id, RunningProcess worker) => scheduler.WaitForAsync(
        id, job => job.State == JobStates.Processing && job.Worker!.Contains($":{worker.Id}:", StringComparison.Ordinal), seconds: 40);

    private static async Task<long> NowAsync(WorkerHarness scheduler) =>
        ((DateTimeOffset)await scheduler.Redis.Connection.GetServers()[0].TimeAsync()).ToUnixTimeMilliseconds();
}
