using Hangfire;
using Scheduler.IntegrationTests.Support;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>Hangfire's own server, as it comes from the package, on our storage.</summary>
public abstract class StockServerTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Runs_jobs_and_keeps_their_results()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer();
        var sum = harness.Client.Enqueue<StorageJobs>(j => j.Add(20, 3));
        var greet = harness.Client.Enqueue<StorageJobs>(j => j.GreetAsync(token, CancellationToken.None));
        Assert.Equal("23", (await harness.WaitForAsync(sum, "Succeeded")).Result);
        Assert.Equal("\"hello 32\"", (await harness.WaitForAsync(greet, "Succeeded")).Result);
        Assert.Equal(["job.enqueued", "job.started", "job.succeeded"], await harness.EventsOfAsync(sum));
        Assert.Equal(0, harness.Monitor.ProcessingCount());
    }

    [Fact]
    public async Task Runs_many_jobs_each_once()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer(workers: 8);
        string[] ids = [.. Enumerable.Range(0, 60).Select(i => harness.Client.Enqueue<StorageJobs>(j => j.Send(token, i)))];
        foreach (var id in ids)
            await harness.WaitForAsync(id, "Succeeded");
        Assert.Equal(60, StorageJobs.NotesOf(token).Distinct().Count());
        Assert.Equal(60, StorageJobs.NotesOf(token).Count);
        Assert.Equal(60, harness.Monitor.GetStatistics().Succeeded);
    }

    [Fact]
    public async Task Retries_schedules_and_fails_as_ever()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer();
        var retried = harness.Client.Enqueue<StorageJobs>(j => j.FailTwice(token));
        var failed = harness.Client.Enqueue<StorageJobs>(j => j.FailAtOnce(token));
        var delayed = harness.Client.Schedule<StorageJobs>(j => j.Add(1, 1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, (await harness.WaitForAsync(retried, "Succeeded")).Attempt);
        Assert.Equal("exception", (await harness.WaitForAsync(failed, "Failed")).Error!.Type);
        Assert.Equal("2", (await harness.WaitForAsync(delayed, "Succeeded")).Result);
    }

    [Fact]
    public async Task Exclusive_methods_do_not_overlap()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer(workers: 3);
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ => harness.Client.Enqueue<StorageJobs>(j => j.Alone(token)))];
        foreach (var id in ids)
            await harness.WaitForAsync(id, "Succeeded");
        Assert.Equal(["in", "out", "in", "out", "in", "out"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Typed_jobs_are_left_for_a_scheduler_worker()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer();
        var typed = await harness.EnqueueTypedAsync();
        var after = harness.Client.Enqueue<StorageJobs>(j => j.Add(1, 2));
        await harness.WaitForAsync(after, "Succeeded");
        Assert.Equal("Enqueued", (await harness.GetAsync(typed)).State);
        Assert.Equal(1, harness.Monitor.EnqueuedCount("default"));
        Assert.Equal(typed, Assert.Single(harness.Monitor.EnqueuedJobs("default", 0, 10)).Key);
        Assert.Equal(typed, (await harness.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task Deleting_a_running_job_fires_its_token()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer();
        var id = harness.Client.Enqueue<StorageJobs>(j => j.WaitForCancel(token, CancellationToken.None));
        await harness.WaitForAsync(id, "Processing");
        Assert.True(harness.Client.Delete(id));
        var next = harness.Client.Enqueue<StorageJobs>(j => j.Add(1, 2));
        await harness.WaitForAsync(next, "Succeeded");
        Assert.Equal("Deleted", (await harness.GetAsync(id)).State);
    }

    [Fact]
    public async Task Job_of_a_server_that_died_comes_back_when_its_lease_has_run_out()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Add(4, 4));
        var dead = harness.Connect();
        Assert.Equal(id, dead.FetchNextJob(["default"], Token).JobId);
        await harness.Redis.Database.SortedSetAddAsync(harness.Redis.Keys.Leases, id, 1);
        using var stock = harness.StartStockServer();
        var job = await harness.WaitForAsync(id, "Succeeded");
        Assert.Equal(("8", 1), (job.Result, job.Attempt));
    }

    [Fact]
    public async Task Fetched_job_that_is_put_back_is_fetched_again_unspent()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Add(4, 4));
        using var connection = harness.Connect();
        connection.FetchNextJob(["default"], Token).Requeue();
        Assert.Equal(("Enqueued", 0), ((await harness.GetAsync(id)).State, (await harness.GetAsync(id)).Attempt));
        using (connection.FetchNextJob(["default"], Token))
            Assert.Equal("Processing", (await harness.GetAsync(id)).State);
        Assert.Equal("Enqueued", (await harness.GetAsync(id)).State);
    }

    [Fact]
    public async Task Fetch_wakes_as_soon_as_there_is_a_job()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        var fetch = Task.Run(() => connection.FetchNextJob(["default"], Token), Token);
        await Task.Delay(200, Token);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Add(4, 4));
        Assert.Equal(id, (await fetch.WaitAsync(TimeSpan.FromSeconds(5), Token)).JobId);
    }

    [Fact]
    public async Task Servers_are_shown_and_removed_when_silent()
    {
        await using var harness = await StartAsync(server);
        using (harness.StartStockServer(3, "a", "b"))
        {
            while (harness.Monitor.Servers().Count == 0)
                await Task.Delay(20, Token);
            var shown = Assert.Single(harness.Monitor.Servers());
            Assert.Equal((3, "a,b"), (shown.WorkersCount, string.Join(',', shown.Queues)));
        }
        Assert.Empty(harness.Monitor.Servers());
        using var connection = harness.Connect();
        connection.AnnounceServer("silent", new Hangfire.Server.ServerContext { Queues = ["default"], WorkerCount = 1 });
        Assert.Equal(0, connection.RemoveTimedOutServers(TimeSpan.FromMinutes(1)));
        await Task.Delay(5, Token);
        Assert.Equal(1, connection.RemoveTimedOutServers(TimeSpan.Zero));
        Assert.Throws<Hangfire.Storage.BackgroundServerGoneException>(() => connection.Heartbeat("silent"));
    }
}

public sealed class StockServerOnRedisTests(RedisServerFixture server) : StockServerTests(server);

public sealed class StockServerOnEmbeddedTests(EmbeddedServerFixture server) : StockServerTests(server);
