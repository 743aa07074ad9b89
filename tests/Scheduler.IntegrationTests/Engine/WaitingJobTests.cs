using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>What happens to a job before it starts: it becomes due, is changed, or waits too long.</summary>
public abstract class WaitingJobTests(ServerFixture server)
{
    [Fact]
    public async Task Due_jobs_are_promoted_in_batches_each_once_to_its_queue()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var jobs = Enumerable.Range(0, 1_200).Select(i => engine.New(queue: i % 3 == 0 ? "other" : "default", delay: TimeSpan.FromHours(1))).ToList();
        Assert.IsType<EnqueueResult.Accepted>(await engine.Jobs.EnqueueAsync(jobs, null, Token));
        Assert.Equal(0, (await engine.Claims.PromoteDueAsync(Token)).Moved);
        await DueAsync(engine, jobs.Select(j => j.Id));
        var moved = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engine.Claims.PromoteDueAsync(Token)));

        Assert.Equal([500, 500, 200, 0], moved.Select(m => m.Moved));
        var db = engine.Redis.Database;
        Assert.Equal(jobs.Where(j => j.Queue == "other").Select(j => j.Id), (await db.ListRangeAsync(engine.Redis.Keys.Queue("other"))).Reverse().Select(i => i.ToString()));
        Assert.Equal(800, await db.ListLengthAsync(engine.Redis.Keys.Queue("default")));
        var job = await engine.GetAsync(jobs[1].Id);
        Assert.Equal((JobStates.Enqueued, null), (job.State, job.RunAt));
        Assert.Equal([JobStates.Scheduled, JobStates.Enqueued], job.History.Select(h => h.State));
        Assert.Equal(2_400, (await engine.EventNamesAsync()).Count);
    }

    [Fact]
    public async Task No_job_is_promoted_before_it_is_due_by_the_servers_clock()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var jobs = Enumerable.Range(1, 60).Select(i => engine.New(delay: TimeSpan.FromMilliseconds(i * 7))).ToList();
        await engine.Jobs.EnqueueAsync(jobs, null, Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        for (var moved = 0; moved < jobs.Count;)
            moved += (await engine.Claims.PromoteDueAsync(patience.Token)).Moved;

        foreach (var job in jobs)
        {
            var promoted = await engine.GetAsync(job.Id);
            Assert.Equal(JobStates.Enqueued, promoted.History[^1].State);
            Assert.True(promoted.History[^1].At >= promoted.DueAt, $"{promoted.History[^1].At:O} is before {promoted.DueAt:O}");
        }
    }

    [Fact]
    public async Task Retry_that_is_due_goes_the_same_way()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = Assert.Single(await engine.ClaimAsync());
        var error = new JobError("exception", "it broke", 1);
        await engine.Claims.CompleteAsync([new JobOutcome.Retried(id, claim.Fence, error, TimeSpan.FromHours(1))], Token);
        await DueAsync(engine, [id]);
        Assert.Equal(1, (await engine.Claims.PromoteDueAsync(Token)).Moved);
        Assert.Equal(2, Assert.Single(await engine.ClaimAsync()).Job.Attempt);
    }

    [Fact]
    public async Task Queue_that_is_foreign_keeps_its_jobs_waiting_and_no_others()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var (stuck, free) = (await engine.EnqueueAsync(engine.New(queue: "taken", delay: TimeSpan.FromHours(1))), await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(1))));
        await engine.Redis.Database.StringSetAsync(engine.Redis.Keys.Queue("taken"), "foreign");
        await DueAsync(engine, [stuck, free]);
        await engine.Claims.PromoteDueAsync(Token);
        Assert.Equal((JobStates.Scheduled, JobStates.Enqueued), ((await engine.GetAsync(stuck)).State, (await engine.GetAsync(free)).State));
        Assert.Equal(0, (await engine.Claims.PromoteDueAsync(Token)).Moved);
    }

    [Fact]
    public async Task Waiting_job_takes_another_time_queue_and_arguments()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(1)));
        var runAt = DateTimeOffset.FromUnixTimeMilliseconds((await engine.GetAsync(id)).CreatedAt.AddDays(1).ToUnixTimeMilliseconds());
        var args = "{\"text\":\"" + new string('x', 300) + "\"}";
        Assert.Equal(EditResult.Edited, await engine.Jobs.EditAsync(id, Edit(runAt: runAt, queue: "other", args: args), Token));
        var job = await engine.GetAsync(id);
        Assert.Equal((JobStates.Scheduled, runAt, "other", args), (job.State, job.RunAt, job.Queue, job.Args));
        Assert.Equal("edited", job.History[^1].Reason);

        Assert.Equal(EditResult.Edited, await engine.Jobs.EditAsync(id, Edit(args: """{"n":2}"""), Token));
        Assert.Equal((runAt, """{"n":2}"""), ((await engine.GetAsync(id)).RunAt, (await engine.GetAsync(id)).Args));
        Assert.Equal(EditResult.Edited, await engine.Jobs.EditAsync(id, Edit(runAt: DateTimeOffset.UnixEpoch, queue: "default"), Token));
        Assert.Equal(0, await engine.Redis.Database.SortedSetLengthAsync(engine.Redis.Keys.Schedule));
        var claim = Assert.Single(await engine.ClaimAsync());
        Assert.Equal((id, """{"n":2}"""), (claim.Job.Id, claim.Job.Args));
        Assert.Equal(EditResult.NotWaiting, await engine.Jobs.EditAsync(id, Edit(queue: "other"), Token));
        await engine.SucceedAsync(claim);
        Assert.Equal(EditResult.NotWaiting, await engine.Jobs.EditAsync(id, Edit(queue: "other"), Token));
        Assert.Equal(EditResult.NotFound, await engine.Jobs.EditAsync("none", Edit(queue: "other"), Token));
    }

    [Fact]
    public async Task Enqueued_job_may_be_put_off()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync();
        Assert.Equal(EditResult.Edited, await engine.Jobs.EditAsync(id, Edit(delay: TimeSpan.FromHours(1)), Token));
        Assert.Equal(JobStates.Scheduled, (await engine.GetAsync(id)).State);
        Assert.Empty(await engine.ClaimAsync());
        await DueAsync(engine, [id]);
        await engine.Claims.PromoteDueAsync(Token);
        Assert.Equal(id, Assert.Single(await engine.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task Job_that_waits_too_long_is_deleted_by_the_claim()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var (late, fine) = (await engine.EnqueueAsync(engine.New() with { ExpiresIn = TimeSpan.FromHours(1) }), await engine.EnqueueAsync());
        await OverdueAsync(engine, late);
        Assert.Equal(fine, Assert.Single(await engine.ClaimAsync()).Job.Id);
        await AssertExpiredAsync(engine, late);
    }

    [Fact]
    public async Task Job_that_waits_too_long_is_deleted_by_the_upkeep()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(2)) with { ExpiresIn = TimeSpan.FromHours(1) });
        var job = await engine.GetAsync(id);
        Assert.Equal(job.RunAt!.Value.AddHours(1), job.ExpiresAt);
        Assert.Equal(0, await engine.Claims.ExpireAsync(Token));
        await OverdueAsync(engine, id);
        Assert.Equal(1, await engine.Claims.ExpireAsync(Token));
        await AssertExpiredAsync(engine, id);
        Assert.Equal(RequeueResult.Requeued, await engine.Jobs.RequeueAsync(id, Token));
        Assert.Equal(id, Assert.Single(await engine.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task Job_that_has_started_does_not_expire()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync(engine.New() with { ExpiresIn = TimeSpan.FromHours(1) });
        var claim = Assert.Single(await engine.ClaimAsync());
        Assert.Null((await engine.GetAsync(id)).ExpiresAt);
        await engine.Claims.CompleteAsync([new JobOutcome.HandedBack(id, claim.Fence, "draining")], Token);
        Assert.Equal(0, await engine.Claims.ExpireAsync(Token));
        Assert.Equal(id, Assert.Single(await engine.ClaimAsync()).Job.Id);
        Assert.DoesNotContain("expiring", await engine.CensusAsync());
    }

    private static JobEdit Edit(TimeSpan? delay = null, DateTimeOffset? runAt = null, string? queue = null, string? args = null) =>
        new("test.a", delay, runAt, queue, args);

    /// <summary>As if their time had come, in this order.</summary>
    private static async Task DueAsync(EngineHarness engine, IEnumerable<string> ids)
    {
        var score = 1;
        foreach (var id in ids)
            await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Schedule, id, score++);
    }

    private static async Task OverdueAsync(EngineHarness engine, string id)
    {
        await engine.Redis.Database.HashSetAsync(engine.Redis.Keys.JobHash(id), JobFields.ExpiresAt, 1);
        await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Expiring, id, 1);
    }

    private static async Task AssertExpiredAsync(EngineHarness engine, string id)
    {
        var job = await engine.GetAsync(id);
        Assert.Equal((JobStates.Deleted, "expired: not started in time"), (job.State, job.History[^1].Reason));
        Assert.Contains("job.deleted", await engine.EventNamesAsync());
        Assert.DoesNotContain("expiring", await engine.CensusAsync());
        Assert.DoesNotContain("schedule", await engine.CensusAsync());
    }
}

public sealed class WaitingJobOnRedisTests(RedisServerFixture server) : WaitingJobTests(server);

public sealed class WaitingJobOnEmbeddedTests(EmbeddedServerFixture server) : WaitingJobTests(server);
