using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

public abstract class CompletionTests(ServerFixture server)
{
    private static readonly JobError Boom = new("exception", "InvalidOperationException: line\nbreak, \"quotes\" and a tab\t", 1);

    [Fact]
    public async Task Success_writes_state_result_counters_and_event_together()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        Assert.Equal([true], await engine.SucceedAsync((await engine.ClaimAsync())[0], """{"answer":42}"""));
        var job = await engine.GetAsync(id);
        Assert.Equal(("Succeeded", """{"answer":42}"""), (job.State, job.Result));
        Assert.Equal(["Enqueued", "Processing", "Succeeded"], job.History.Select(h => h.State));
        Assert.Equal(["job.enqueued", "job.started", "job.succeeded"], await engine.EventNamesAsync());
        Assert.Equal(1, (long)await engine.Redis.Database.StringGetAsync(engine.Redis.Keys.Named("stats:succeeded")));
        Assert.Equal(0, await engine.Redis.Database.SortedSetLengthAsync(engine.Redis.Keys.Leases));
    }

    [Fact]
    public async Task Completion_sent_again_after_a_lost_reply_is_accepted_and_counts_once()
    {
        await using var engine = await StartAsync(server);
        await engine.EnqueueAsync();
        var claim = (await engine.ClaimAsync())[0];
        Assert.Equal([true], await engine.SucceedAsync(claim));
        Assert.Equal([true], await engine.SucceedAsync(claim));
        Assert.Single(await engine.EventNamesAsync(), "job.succeeded");
    }

    [Fact]
    public async Task Retry_spends_the_attempt_and_comes_back_when_due()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = (await engine.ClaimAsync())[0];
        await engine.Claims.CompleteAsync([new JobOutcome.Retried(id, claim.Fence, Boom, TimeSpan.FromMinutes(1))], Token);
        var waiting = await engine.GetAsync(id);
        Assert.Equal(("Scheduled", 1, Boom), (waiting.State, waiting.Attempt, waiting.Error));
        Assert.Equal(Boom.Message, waiting.History[^1].Reason);

        Assert.Equal(0, (await engine.Claims.PromoteDueAsync(Token)).Moved);
        await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Schedule, id, 1);
        Assert.Equal((1, null), await engine.Claims.PromoteDueAsync(Token));
        Assert.Equal(2, (await engine.ClaimAsync())[0].Job.Attempt);
        Assert.Contains("job.retrying", await engine.EventNamesAsync());
    }

    [Fact]
    public async Task Snooze_and_hand_back_spend_nothing()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = (await engine.ClaimAsync())[0];
        await engine.Claims.CompleteAsync([new JobOutcome.HandedBack(id, claim.Fence, "worker shut down")], Token);
        Assert.Equal(("Enqueued", 0), ((await engine.GetAsync(id)).State, (await engine.GetAsync(id)).Attempt));

        claim = (await engine.ClaimAsync())[0];
        Assert.Equal(1, claim.Job.Attempt);
        await engine.Claims.CompleteAsync([new JobOutcome.Snoozed(id, claim.Fence, "resource is taken", TimeSpan.FromSeconds(5))], Token);
        Assert.Equal(("Scheduled", 0), ((await engine.GetAsync(id)).State, (await engine.GetAsync(id)).Attempt));
    }

    [Fact]
    public async Task Delayed_job_is_never_early_and_tells_when_it_is_due()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromMilliseconds(300)));
        var (moved, next) = await engine.Claims.PromoteDueAsync(Token);
        Assert.Equal(0, moved);
        Assert.InRange(next!.Value.TotalMilliseconds, 1, 300);
        await Task.Delay(next.Value, Token);
        while ((await engine.Claims.PromoteDueAsync(Token)).Moved == 0)
            await Task.Delay(5, Token);
        var job = await engine.GetAsync(id);
        Assert.True(job.History[^1].At >= job.RunAt || job.RunAt is null);
        Assert.True(job.History[^1].At - job.CreatedAt >= TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task Cancelled_job_is_deleted_at_once_and_its_worker_is_told()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = (await engine.ClaimAsync())[0];
        var told = new TaskCompletionSource<string>();
        await engine.Redis.Subscriber.SubscribeAsync(engine.Redis.Keys.ControlChannel, (_, message) => told.TrySetResult(message!));

        Assert.Equal(CancelResult.Cancelled, await engine.Jobs.CancelAsync(id, Token));
        Assert.Equal("cancel " + id, await told.Task.WaitAsync(TimeSpan.FromSeconds(5), Token));
        Assert.Equal([false], await engine.SucceedAsync(claim));
        Assert.Equal("Deleted", (await engine.GetAsync(id)).State);
        Assert.Equal(CancelResult.AlreadyFinal, await engine.Jobs.CancelAsync(id, Token));
        Assert.Equal(CancelResult.NotFound, await engine.Jobs.CancelAsync("nobody", Token));
        Assert.Equal(["job.enqueued", "job.started", "job.deleted"], await engine.EventNamesAsync());
    }

    [Fact]
    public async Task Requeue_starts_from_the_first_attempt()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        Assert.Equal(RequeueResult.NotRequeueable, await engine.Jobs.RequeueAsync(id, Token));
        var claim = (await engine.ClaimAsync())[0];
        Assert.Equal(RequeueResult.NotRequeueable, await engine.Jobs.RequeueAsync(id, Token));
        await engine.Claims.CompleteAsync([new JobOutcome.Failed(id, claim.Fence, Boom, TimeSpan.Zero)], Token);
        Assert.Equal(RequeueResult.Requeued, await engine.Jobs.RequeueAsync(id, Token));
        var job = await engine.GetAsync(id);
        Assert.Equal(("Enqueued", 0, null, null), (job.State, job.Attempt, job.Error, job.FinishedAt));
        Assert.Equal(1, (await engine.ClaimAsync())[0].Job.Attempt);
        Assert.Equal(RequeueResult.NotFound, await engine.Jobs.RequeueAsync("nobody", Token));
    }

    [Fact]
    public async Task History_keeps_the_last_twenty_transitions()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        for (var i = 0; i < 15; i++)
            await engine.Claims.CompleteAsync([new JobOutcome.HandedBack(id, (await engine.ClaimAsync())[0].Fence, "round " + i)], Token);
        var history = (await engine.GetAsync(id)).History;
        Assert.Equal(20, history.Count);
        Assert.Equal("round 14", history[^1].Reason);
    }

    [Fact]
    public async Task Log_keeps_its_newest_lines_and_says_when_it_dropped_some()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var line = new JobLogLine(DateTimeOffset.UnixEpoch, "Information", new string('x', 3_000), 1);
        await engine.Logs.AppendAsync(id, [line with { Message = "first" }], Token);
        Assert.False((await engine.Logs.ReadAsync(id, Token)).Truncated);
        await engine.Logs.AppendAsync(id, [.. Enumerable.Repeat(line, 40), line with { Message = "last" }], Token);
        var log = await engine.Logs.ReadAsync(id, Token);
        Assert.True(log.Truncated);
        Assert.Equal("last", log.Lines[^1].Message);
        Assert.InRange(log.Lines.Sum(l => l.Message.Length), 50_000, JobLogStore.Cap);
        await engine.Logs.AppendAsync("nobody", [line], Token);
        Assert.DoesNotContain("job:nobody:logs", await engine.CensusAsync());
    }
}

public sealed class CompletionOnRedisTests(RedisServerFixture server) : CompletionTests(server);

public sealed class CompletionOnEmbeddedTests(EmbeddedServerFixture server) : CompletionTests(server);
