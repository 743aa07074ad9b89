using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

public abstract class EnqueueTests(ServerFixture server)
{
    [Fact]
    public async Task Enqueued_job_is_read_back_whole()
    {
        await using var engine = await StartAsync(server);
        var job = engine.New(tags: ["invoice", "a:b"]) with { MaxAttempts = 3, Timeout = TimeSpan.FromSeconds(5), RecurringId = "nightly" };
        await engine.EnqueueAsync(job);

        var read = await engine.GetAsync(job.Id);
        Assert.Equal(("test.a", "default", "Enqueued", """{"n":1}"""), (read.Type, read.Queue, read.State, read.Args));
        Assert.Equal(["invoice", "a:b"], read.Tags);
        Assert.Equal((3, TimeSpan.FromSeconds(5), "nightly", 0), (read.MaxAttempts, read.Timeout, read.RecurringId, read.Attempt));
        Assert.Equal("Enqueued", Assert.Single(read.History).State);
    }

    [Fact]
    public async Task Same_id_sent_twice_is_one_job()
    {
        await using var engine = await StartAsync(server);
        var job = engine.New();
        await engine.EnqueueAsync(job);
        await engine.EnqueueAsync(job);
        Assert.Equal(1, (await engine.Queues.GetAsync("default", Token))!.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(450)]
    public async Task Idempotency_key_replays_the_first_jobs_and_refuses_another_body(int count)
    {
        await using var engine = await StartAsync(server);
        NewJob[] Batch() => [.. Enumerable.Range(0, count).Select(_ => engine.New())];
        var first = Assert.IsType<EnqueueResult.Accepted>(await engine.Jobs.EnqueueAsync(Batch(), new("anna", "k", "body"), Token));
        var again = Assert.IsType<EnqueueResult.Replayed>(await engine.Jobs.EnqueueAsync(Batch(), new("anna", "k", "body"), Token));
        Assert.Equal(first.Ids, again.Ids);
        Assert.IsType<EnqueueResult.KeyReused>(await engine.Jobs.EnqueueAsync(Batch(), new("anna", "k", "other"), Token));
        Assert.IsType<EnqueueResult.Accepted>(await engine.Jobs.EnqueueAsync(Batch(), new("bert", "k", "other"), Token));
        Assert.Equal(2 * count, (await engine.Queues.GetAsync("default", Token))!.Length);
        Assert.DoesNotContain(await engine.CensusAsync(), k => k.StartsWith("staged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Concurrent_callers_with_one_key_make_one_job()
    {
        await using var engine = await StartAsync(server);
        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            engine.Jobs.EnqueueAsync([engine.New()], new("anna", "k", "body"), Token)));
        Assert.Single(results.OfType<EnqueueResult.Accepted>());
        Assert.Equal(1, (await engine.Queues.GetAsync("default", Token))!.Length);
    }

    [Fact]
    public async Task Large_batch_keeps_its_order_and_is_claimed_in_it()
    {
        await using var engine = await StartAsync(server);
        NewJob[] jobs = [.. Enumerable.Range(0, 1_000).Select(_ => engine.New())];
        await engine.Jobs.EnqueueAsync(jobs, null, Token);
        var claimed = await engine.ClaimAsync(200);
        Assert.Equal(jobs.Take(200).Select(j => j.Id), claimed.Select(c => c.Job.Id));
    }

    [Fact]
    public async Task Chunks_that_arrive_in_another_order_become_visible_in_theirs()
    {
        await using var engine = await StartAsync(server);
        NewJob[] jobs = [engine.New(), engine.New(), engine.New()];
        foreach (var number in new[] { 2, 0, 1 })
            await StageAsync(engine, number, jobs[number]);
        await CommitAsync(engine, 3);

        Assert.Equal(jobs.Select(j => j.Id), (await engine.ClaimAsync(10)).Select(c => c.Job.Id));
    }

    [Fact]
    public async Task Batch_of_which_a_chunk_is_missing_is_not_shown_until_it_arrives()
    {
        await using var engine = await StartAsync(server);
        NewJob[] jobs = [engine.New(), engine.New(), engine.New()];
        Assert.Equal("gone", await CommitAsync(engine, 3));
        await StageAsync(engine, 0, jobs[0]);
        await StageAsync(engine, 2, jobs[2]);
        var before = await engine.CensusAsync();

        Assert.Equal("incomplete", await CommitAsync(engine, 3));
        Assert.Equal(before, await engine.CensusAsync());
        Assert.Empty(await engine.ClaimAsync(10));

        await StageAsync(engine, 1, jobs[1]);
        Assert.Equal("accepted", await CommitAsync(engine, 3));
        Assert.Equal(jobs.Select(j => j.Id), (await engine.ClaimAsync(10)).Select(c => c.Job.Id));
    }

    [Fact]
    public async Task Staged_batch_is_invisible_until_its_commit_and_can_be_swept()
    {
        await using var engine = await StartAsync(server);
        var job = engine.New(tags: ["t"]);
        await StageAsync(engine, 0, job);

        Assert.Null(await engine.Jobs.GetAsync(job.Id, Token));
        Assert.Empty((await engine.Jobs.ListAsync(new JobQuery(null, null, null, "t", null, 10, null), Token)).Items);
        Assert.Equal(0, await engine.Jobs.SweepStagedAsync(Token));

        await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Staged, "batch1", 1);
        Assert.Equal(1, await engine.Jobs.SweepStagedAsync(Token));
        Assert.Empty(await engine.CensusAsync());
    }

    [Fact]
    public async Task Key_of_a_foreign_type_refuses_the_enqueue_whole()
    {
        await using var engine = await StartAsync(server);
        await engine.Redis.Database.StringSetAsync(engine.Redis.Keys.Queue("default"), "not a list");
        await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => engine.Jobs.EnqueueAsync([engine.New()], null, Token));
        Assert.Equal(["queue:default"], await engine.CensusAsync());
    }

    [Fact]
    public async Task Concurrent_callers_share_scripts_and_each_gets_its_own_answer()
    {
        await using var engine = await StartAsync(server);
        await engine.EnqueueAsync();
        var before = await ScriptCallsAsync(engine);
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
            engine.Jobs.EnqueueAsync([engine.New(tags: [$"t{i}"])], i % 2 == 0 ? null : new("anna", $"k{i}", "body"), Token)));

        var ids = results.Select(r => Assert.Single(Assert.IsType<EnqueueResult.Accepted>(r).Ids)).ToList();
        for (var i = 0; i < ids.Count; i += 99)
            Assert.Equal([$"t{i}"], (await engine.GetAsync(ids[i])).Tags);
        Assert.Equal(501, (await engine.Queues.GetAsync("default", Token))!.Length);
        Assert.InRange(await ScriptCallsAsync(engine) - before, 3, 100);
    }

    [Fact]
    public async Task Refused_request_leaves_its_neighbours_alone()
    {
        await using var engine = await StartAsync(server);
        await engine.Redis.Database.StringSetAsync(engine.Redis.Keys.Queue("broken"), "not a list");
        await engine.Redis.Database.StringSetAsync(engine.Redis.Keys.Tag("broken"), "not a sorted set");
        NewJob[] jobs = [.. Enumerable.Range(0, 90).Select(i => (i % 3) switch
        {
            0 => engine.New(),
            1 => engine.New(queue: "broken"),
            _ => engine.New(tags: ["broken"]),
        })];
        var calls = jobs.Select(j => engine.Jobs.EnqueueAsync([j], null, Token)).ToList();
        foreach (var (call, i) in calls.Select((c, i) => (c, i)))
        {
            if (i % 3 == 0)
                Assert.IsType<EnqueueResult.Accepted>(await call);
            else
                Assert.Contains("foreign type", (await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => call)).Message, StringComparison.Ordinal);
        }
        Assert.Equal(30, (await engine.Queues.GetAsync("default", Token))!.Length);
        Assert.Equal(30, (await engine.CensusAsync()).Count(k => k.StartsWith("job:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Caller_that_gave_up_before_its_turn_creates_nothing()
    {
        await using var engine = await StartAsync(server);
        using var giveUp = new CancellationTokenSource();
        // Two calls may be on their way; whoever comes third has a turn to wait for.
        Task<EnqueueResult>[] sent = [engine.Jobs.EnqueueAsync([engine.New()], null, Token), engine.Jobs.EnqueueAsync([engine.New()], null, Token)];
        var third = engine.Jobs.EnqueueAsync([engine.New()], null, giveUp.Token);
        await giveUp.CancelAsync();
        foreach (var result in await Task.WhenAll(sent))
            Assert.IsType<EnqueueResult.Accepted>(result);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Jobs.EnqueueAsync([engine.New()], null, giveUp.Token));
        Assert.Equal(2, (await engine.Queues.GetAsync("default", Token))!.Length);
    }

    [Fact]
    public async Task Lists_are_newest_first_and_paged_by_any_filter()
    {
        await using var engine = await StartAsync(server);
        for (var i = 0; i < 5; i++)
            await engine.EnqueueAsync(engine.New(i % 2 == 0 ? "test.a" : "test.b", i < 3 ? "default" : "other", tags: ["t" + i]));

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await engine.Jobs.ListAsync(new JobQuery(null, null, null, null, null, 2, cursor), Token);
            seen.AddRange(page.Items.Select(j => j.Tags[0]));
            cursor = page.NextCursor;
        } while (cursor is not null);
        Assert.Equal(["t4", "t3", "t2", "t1", "t0"], seen);

        async Task<int> CountAsync(string? state = null, string? queue = null, string? type = null, string? tag = null) =>
            (await engine.Jobs.ListAsync(new JobQuery(state, queue, type, tag, null, 50, null), Token)).Items.Count;
        Assert.Equal((3, 2, 2, 1), (await CountAsync(queue: "default"), await CountAsync(queue: "other"), await CountAsync(type: "test.b"), await CountAsync(tag: "t3")));
        Assert.Equal((5, 0), (await CountAsync(state: "Enqueued"), await CountAsync(state: "Failed")));
    }

    // Numbers of events go up by one for each job, but records are written one a script.
    private static async Task<long> ScriptCallsAsync(EngineHarness engine) => await engine.Redis.Database.SortedSetLengthAsync(engine.Redis.Keys.EventLog);

    private static async Task StageAsync(EngineHarness engine, int chunk, NewJob job)
    {
        List<StackExchange.Redis.RedisValue> arguments = ["batch1", chunk];
        NewJobArguments.AppendGroups(arguments, [job]);
        await RedisScript.Load("stage_jobs").RunAsync(engine.Redis, [], [.. arguments]);
    }

    private static async Task<string?> CommitAsync(EngineHarness engine, int chunks) =>
        (string?)(await RedisScript.Load("commit_batch").RunAsync(engine.Redis, [], ["batch1", "", chunks]))[1];
}

public sealed class EnqueueOnRedisTests(RedisServerFixture server) : EnqueueTests(server);

public sealed class EnqueueOnEmbeddedTests(EmbeddedServerFixture server) : EnqueueTests(server);
