using System.Collections.Concurrent;
using Hangfire;
using Hangfire.States;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Storage;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

public abstract class ClientTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Enqueue_makes_a_job_that_the_api_shows()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 7));
        var job = await harness.GetAsync(id);
        Assert.Equal(("Enqueued", "StorageJobs.Send", "default", false), (job.State, job.Type, job.Queue, job.IsTyped));
        Assert.Equal($"[\"{token}\",7]", job.Args);
        Assert.Equal(["job.enqueued"], await harness.EventsOfAsync(id));
        Assert.Equal(id, Assert.Single((await harness.Jobs.ListAsync(new(null, null, null, null, null, 10, null), Token)).Items).Id);
        Assert.Null(await harness.Redis.Database.KeyTimeToLiveAsync(harness.Redis.Keys.JobHash(id)));
    }

    [Fact]
    public async Task Callers_that_block_share_scripts_and_one_that_is_refused_fails_alone()
    {
        await using var harness = await StartAsync(server);
        await harness.Redis.Database.StringSetAsync(harness.Redis.Keys.Queue("broken"), "not a list");
        var (ids, refusals) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var threads = Enumerable.Range(0, 32).Select(n => new Thread(() => Produce(harness.Client, n, ids, refusals))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        Assert.Equal((620, 20), (ids.Distinct().Count(), refusals.Count));
        Assert.All(refusals, r => Assert.Contains("foreign type", r, StringComparison.Ordinal));
        var args = new HashSet<string>();
        foreach (var job in (await harness.Jobs.ListAsync(new("Enqueued", null, null, null, null, 500, null), Token)).Items)
            args.Add(job.Args);
        Assert.Equal(500, args.Count);
        // Each script writes one record of events.
        Assert.InRange(await harness.Redis.Database.SortedSetLengthAsync(harness.Redis.Keys.EventLog), 1, 400);
    }

    [Fact]
    public async Task Enqueue_goes_to_the_queue_that_is_named_or_that_the_attribute_says()
    {
        await using var harness = await StartAsync(server);
        var named = harness.Client.Enqueue<StorageJobs>("mail", j => j.Send(token, 1));
        var declared = harness.Client.Enqueue<StorageJobs>(j => j.Critical(token));
        Assert.Equal(("mail", "critical"), ((await harness.GetAsync(named)).Queue, (await harness.GetAsync(declared)).Queue));
        Assert.Equal(named, (await harness.ClaimAsync("mail")).Job.Id);
        Assert.Equal(declared, (await harness.ClaimAsync("critical")).Job.Id);
    }

    [Fact]
    public async Task Schedule_waits_until_due_and_then_for_its_own_queue()
    {
        await using var harness = await StartAsync(server);
        var later = harness.Client.Schedule<StorageJobs>(j => j.Send(token, 1), TimeSpan.FromHours(1));
        var soon = harness.Client.Schedule<StorageJobs>(j => j.Critical(token), TimeSpan.FromMilliseconds(50));
        var waiting = await harness.GetAsync(later);
        Assert.Equal("Scheduled", waiting.State);
        Assert.InRange(waiting.RunAt!.Value, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.MaxValue);
        await Task.Delay(80, Token);
        Assert.Equal(1, (await harness.Claims.PromoteDueAsync(Token)).Moved);
        Assert.Equal(soon, (await harness.ClaimAsync("critical")).Job.Id);
        Assert.Equal("Scheduled", (await harness.GetAsync(later)).State);
    }

    [Fact]
    public async Task Delete_and_requeue_move_the_job_and_its_counters()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        Assert.True(harness.Client.Delete(id));
        Assert.Equal("Deleted", (await harness.GetAsync(id)).State);
        Assert.Equal((1, 0), (harness.Monitor.GetStatistics().Deleted, harness.Monitor.GetStatistics().Enqueued));
        Assert.True(harness.Client.Requeue(id));
        Assert.Equal("Enqueued", (await harness.GetAsync(id)).State);
        Assert.Equal((0, 1), (harness.Monitor.GetStatistics().Deleted, harness.Monitor.GetStatistics().Enqueued));
        Assert.Equal(["job.enqueued", "job.deleted", "job.enqueued"], await harness.EventsOfAsync(id));
    }

    [Fact]
    public async Task ChangeState_from_another_state_than_expected_writes_nothing()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        Assert.False(harness.Client.Delete(id, FailedState.StateName));
        Assert.False(harness.Client.ChangeState("nobody", new DeletedState()));
        Assert.Equal(["job.enqueued"], await harness.EventsOfAsync(id));
    }

    [Fact]
    public async Task Deleting_a_running_job_takes_it_from_its_worker()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        var claimed = await harness.ClaimAsync();
        Assert.True(harness.Client.Delete(id));
        Assert.Null(await harness.Redis.Database.SortedSetScoreAsync(harness.Redis.Keys.Leases, id));
        await harness.RunAsync(claimed);
        Assert.Equal("Deleted", (await harness.GetAsync(id)).State);
        Assert.DoesNotContain("job.succeeded", await harness.EventsOfAsync(id));
    }

    [Fact]
    public async Task Typed_job_made_through_the_client_is_a_typed_job()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue(() => TypedJob.Run("test.a", """{"n":5}"""));
        var job = await harness.GetAsync(id);
        Assert.Equal((true, "test.a", """{"n":5}"""), (job.IsTyped, job.Type, job.Args));
        Assert.Equal(id, (await harness.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task Recurring_api_writes_lists_triggers_and_removes_schedules()
    {
        await using var harness = await StartAsync(server);
        harness.Recurring.AddOrUpdate<StorageJobs>("nightly", j => j.Send(token, 1), "0 3 * * *");
        using (var connection = harness.Connect())
        {
            var schedule = Assert.Single(Hangfire.Storage.StorageConnectionExtensions.GetRecurringJobs(connection));
            Assert.Equal(("nightly", "0 3 * * *", "Send"), (schedule.Id, schedule.Cron, schedule.Job.Method.Name));
            Assert.NotNull(schedule.NextExecution);
        }
        harness.Recurring.Trigger("nightly");
        var job = (await harness.ClaimAsync()).Job;
        Assert.Equal(("StorageJobs.Send", "nightly"), (job.Type, job.RecurringId));
        harness.Recurring.RemoveIfExists("nightly");
        Assert.Equal(0, harness.Monitor.GetStatistics().Recurring);
    }

    private void Produce(IBackgroundJobClient client, int number, ConcurrentBag<string> ids, ConcurrentBag<string> refusals)
    {
        for (var i = 0; i < 20; i++)
        {
            var value = number * 20 + i;
            try
            {
                ids.Add(client.Enqueue<StorageJobs>(number == 7 ? "broken" : "default", j => j.Send(token, value)));
            }
            catch (BackgroundJobClientException problem)
            {
                refusals.Add(problem.InnerException!.Message);
            }
        }
    }
}

public sealed class ClientOnRedisTests(RedisServerFixture server) : ClientTests(server);

public sealed class ClientOnEmbeddedTests(EmbeddedServerFixture server) : ClientTests(server);
