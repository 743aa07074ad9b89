using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

public abstract class ClaimTests(ServerFixture server)
{
    [Fact]
    public async Task Fencing_tokens_grow_though_the_server_forgot_the_last_one()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        await engine.EnqueueAsync();
        await engine.EnqueueAsync();
        var before = Assert.Single(await engine.ClaimAsync(max: 1));
        await engine.Redis.Database.KeyDeleteAsync(engine.Redis.Keys.Named("fence"));

        Assert.True(Assert.Single(await engine.ClaimAsync(max: 1)).Fence > before.Fence);
    }

    [Fact]
    public async Task Claim_writes_owner_fence_attempt_and_lease_at_once()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = Assert.Single(await engine.ClaimAsync());
        Assert.Equal((id, 1, "host:1:test"), (claim.Job.Id, claim.Job.Attempt, claim.Job.Worker));

        var read = await engine.GetAsync(id);
        Assert.Equal(("Processing", 1, "host:1:test"), (read.State, read.Attempt, read.Worker));
        Assert.Equal("host:1:test", read.History[^1].Worker);
        Assert.NotNull(await engine.Redis.Database.SortedSetScoreAsync(engine.Redis.Keys.Leases, id));
        Assert.Empty(await engine.ClaimAsync());
    }

    [Fact]
    public async Task Many_claimers_get_every_job_once()
    {
        await using var engine = await StartAsync(server);
        NewJob[] jobs = [.. Enumerable.Range(0, 600).Select(_ => engine.New())];
        await engine.Jobs.EnqueueAsync(jobs, null, Token);
        var claims = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => engine.ClaimAsync(7)));
        var taken = claims.SelectMany(c => c).ToArray();
        Assert.Equal(jobs.Select(j => j.Id).Order(), taken.Select(c => c.Job.Id).Order());
        // A token for each claim, and a larger one for each that follows.
        Assert.All(claims.Where(c => c.Count > 0), claim => Assert.Single(claim.Select(c => c.Fence).Distinct()));
        Assert.Equal(claims.Count(c => c.Count > 0), taken.Select(c => c.Fence).Distinct().Count());
    }

    [Fact]
    public async Task Queues_are_taken_in_the_order_given_and_paused_ones_not_at_all()
    {
        await using var engine = await StartAsync(server);
        await engine.EnqueueAsync(engine.New(queue: "low"));
        await engine.EnqueueAsync(engine.New(queue: "high"));
        await engine.EnqueueAsync(engine.New(queue: "paused"));
        await engine.Queues.PauseAsync("paused", null, null, Token);
        var claimed = await engine.ClaimAsync(queues: ["paused", "high", "low"]);
        Assert.Equal(["high", "low"], claimed.Select(c => c.Job.Queue));

        await engine.Queues.ResumeAsync("paused", Token);
        Assert.Single(await engine.ClaimAsync(queues: ["paused"]));
    }

    [Fact]
    public async Task Job_of_an_unknown_type_waits_visibly_for_a_worker_that_can_run_it()
    {
        await using var engine = await StartAsync(server);
        var other = await engine.EnqueueAsync("test.other");
        var known = await engine.EnqueueAsync("test.a");
        Assert.Equal(known, Assert.Single(await engine.ClaimAsync()).Job.Id);
        Assert.Equal("Enqueued", (await engine.GetAsync(other)).State);
        Assert.Equal(1, (await engine.Queues.GetAsync("default", Token))!.Length);
        Assert.Empty(await engine.ClaimAsync());

        Assert.Equal(other, Assert.Single(await engine.ClaimAsync(types: ["test.other"])).Job.Id);
        Assert.DoesNotContain(await engine.CensusAsync(), k => k.StartsWith("parked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parked_job_can_be_cancelled()
    {
        await using var engine = await StartAsync(server);
        var other = await engine.EnqueueAsync("test.other");
        await engine.ClaimAsync();
        Assert.Equal(CancelResult.Cancelled, await engine.Jobs.CancelAsync(other, Token));
        Assert.Empty(await engine.ClaimAsync(types: ["test.other"]));
    }

    [Fact]
    public async Task Expired_lease_returns_the_job_to_the_head_without_spending_an_attempt()
    {
        await using var engine = await StartAsync(server);
        var first = await engine.EnqueueAsync();
        await engine.ClaimAsync();
        await engine.EnqueueAsync();
        await engine.ExpireLeasesAsync();
        Assert.Equal(1, await engine.Claims.ReapAsync(Token));
        Assert.Equal(("Enqueued", 0), ((await engine.GetAsync(first)).State, (await engine.GetAsync(first)).Attempt));
        Assert.Equal(first, (await engine.ClaimAsync(1))[0].Job.Id);
    }

    [Fact]
    public async Task Stale_worker_writes_nothing()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var stale = (await engine.ClaimAsync())[0];
        await engine.ExpireLeasesAsync();
        await engine.Claims.ReapAsync(Token);
        var owner = (await engine.ClaimAsync())[0];
        Assert.True(owner.Fence > stale.Fence);

        Assert.Equal([id], engine.Claims.Renew([(id, stale.Fence)], Lease));
        Assert.Equal([false], await engine.SucceedAsync(stale, """{"by":"stale"}"""));
        await engine.Claims.ReportProgressAsync(id, stale.Fence, new ProgressRecord(50, null), Token);
        Assert.Null((await engine.GetAsync(id)).Progress);

        Assert.Empty(engine.Claims.Renew([(id, owner.Fence)], Lease));
        Assert.Equal([true], await engine.SucceedAsync(owner, """{"by":"owner"}"""));
        Assert.Equal("""{"by":"owner"}""", (await engine.GetAsync(id)).Result);
    }

    [Fact]
    public async Task Lease_entry_deleted_by_hand_comes_back_with_the_renewal()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var claim = (await engine.ClaimAsync())[0];
        await engine.Redis.Database.KeyDeleteAsync(engine.Redis.Keys.Leases);
        Assert.Empty(engine.Claims.Renew([(id, claim.Fence)], Lease));
        Assert.NotNull(await engine.Redis.Database.SortedSetScoreAsync(engine.Redis.Keys.Leases, id));
    }

    [Fact]
    public async Task Third_lost_start_quarantines_the_job_and_spares_its_neighbours()
    {
        await using var engine = await StartAsync(server);
        var poison = await engine.EnqueueAsync();
        var neighbour = await engine.EnqueueAsync();
        for (var death = 0; death < 2; death++)
        {
            Assert.Equal(2, (await engine.ClaimAsync()).Count);
            await engine.ExpireLeasesAsync();
            await engine.Claims.ReapAsync(Token);
        }

        // Both are suspects now: each comes alone, and not at all while another suspect runs.
        Assert.Empty(await engine.ClaimAsync(allowSuspect: false));
        var alone = Assert.Single(await engine.ClaimAsync());
        Assert.True(alone.IsSuspect);
        var other = alone.Job.Id == poison ? neighbour : poison;
        await engine.ExpireLeasesAsync();
        await engine.Claims.ReapAsync(Token);

        var dead = await engine.GetAsync(alone.Job.Id);
        Assert.Equal(("Failed", "poison_job"), (dead.State, dead.Error!.Type));
        Assert.Equal([true], await engine.SucceedAsync(Assert.Single(await engine.ClaimAsync())));
        Assert.Equal("Succeeded", (await engine.GetAsync(other)).State);

        Assert.Equal(RequeueResult.Requeued, await engine.Jobs.RequeueAsync(dead.Id, Token));
        Assert.False(Assert.Single(await engine.ClaimAsync()).IsSuspect);
    }

    [Fact]
    public async Task Process_that_speaks_after_its_lease_ran_out_has_not_died_of_the_job()
    {
        await using var engine = await StartAsync(server);
        var id = await engine.EnqueueAsync();
        var late = new List<ClaimedJob>();
        for (var pause = 0; pause < 2; pause++)
        {
            late.AddRange(await engine.ClaimAsync());
            await engine.ExpireLeasesAsync();
            await engine.Claims.ReapAsync(Token);
        }

        // Set aside as a suspect, until both processes come back: one renews, the other completes.
        Assert.Empty(await engine.ClaimAsync(allowSuspect: false));
        Assert.Equal([id], engine.Claims.Renew([(id, late[0].Fence)], Lease));
        Assert.Equal(1, await engine.Redis.Database.ListLengthAsync(engine.Redis.Keys.Queue("default")));
        Assert.Equal([false, false], await engine.Claims.CompleteAsync([.. Enumerable.Repeat(Late(late[1]), 2)], Token));

        var claim = Assert.Single(await engine.ClaimAsync(allowSuspect: false));
        Assert.False(claim.IsSuspect);
        Assert.Equal([true], await engine.SucceedAsync(claim));
        Assert.False((await engine.Redis.Database.HashGetAsync(engine.Redis.Keys.JobHash(id), "Lost")).HasValue);
        Assert.DoesNotContain(await engine.CensusAsync(), k => k.StartsWith("parked:", StringComparison.Ordinal));

        static JobOutcome Late(ClaimedJob claim) => new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, null, TimeSpan.Zero) { Claimed = claim.Job };
    }

    [Fact]
    public async Task Suspect_that_must_wait_is_set_aside_and_its_neighbours_are_not()
    {
        await using var engine = await StartAsync(server);
        string[] suspects = [await engine.EnqueueAsync(), await engine.EnqueueAsync("test.b")];
        foreach (var id in suspects)
            await engine.Redis.Database.HashSetAsync(engine.Redis.Keys.JobHash(id), "Lost", 2);
        string[] others = [await engine.EnqueueAsync(), await engine.EnqueueAsync()];

        Assert.Equal(others[0], Assert.Single(await engine.ClaimAsync(max: 1, allowSuspect: false)).Job.Id);
        Assert.Equal(3, (await engine.Queues.GetAsync("default", Token))!.Length);
        var alone = Assert.Single(await engine.ClaimAsync()).Job.Id;
        Assert.Contains(alone, suspects);
        Assert.Equal(others[1], Assert.Single(await engine.ClaimAsync(allowSuspect: false)).Job.Id);
        // One that is set aside can be cancelled, and leaves nothing behind.
        Assert.Equal(CancelResult.Cancelled, await engine.Jobs.CancelAsync(suspects.Single(id => id != alone), Token));
        Assert.Empty(await engine.ClaimAsync());
        Assert.DoesNotContain(await engine.CensusAsync(), k => k.StartsWith("parked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Jobs_beyond_the_limit_of_their_types_are_left_and_others_taken()
    {
        await using var engine = await StartAsync(server);
        string[] wide = [await engine.EnqueueAsync(), await engine.EnqueueAsync(), await engine.EnqueueAsync()];
        string[] narrow = [await engine.EnqueueAsync("test.b"), await engine.EnqueueAsync("test.b")];
        var free = await engine.EnqueueAsync("test.c");

        Assert.Equal([wide[0], wide[1], narrow[0], free], (await ClaimAsync(2, 1)).Select(c => c.Job.Id));
        Assert.Empty(await ClaimAsync(0, 0));
        Assert.Equal([wide[2]], (await ClaimAsync(1, 0)).Select(c => c.Job.Id));
        Assert.Equal([narrow[1]], (await ClaimAsync(0, 9)).Select(c => c.Job.Id));

        Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int ofA, int ofB) => engine.Claims.ClaimAsync(
            new ClaimRequest("host:1:test", ["default"], ["test.a", "test.b", "test.c"], 10, Lease, true) { Limits = [new(["test.a"], ofA), new(["test.b"], ofB)] }, Token);
    }

    [Fact]
    public async Task One_claim_sets_no_more_than_a_few_thousand_jobs_aside()
    {
        await using var engine = await StartAsync(server);
        await engine.Jobs.EnqueueAsync([.. Enumerable.Range(0, 4500).Select(_ => engine.New("test.nobody"))], null, Token);
        var known = await engine.EnqueueAsync();
        var woken = new SemaphoreSlim(0);
        await engine.Redis.Subscriber.SubscribeAsync(engine.Redis.Keys.WakeChannel, (_, text) =>
        {
            if (text == "parked")
                woken.Release();
        });

        Assert.Empty(await engine.ClaimAsync());
        Assert.Equal(2500 + 1, await engine.Redis.Database.ListLengthAsync(engine.Redis.Keys.Queue("default")));
        Assert.Empty(await engine.ClaimAsync());
        Assert.Equal(known, Assert.Single(await engine.ClaimAsync()).Job.Id);
        // At the first of their type, and at each claim that stopped early: so that the worker claims again.
        for (var i = 0; i < 3; i++)
            Assert.True(await woken.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task Id_without_a_job_and_foreign_key_are_dropped_from_the_queue()
    {
        await using var engine = await StartAsync(server);
        await engine.Redis.Database.ListLeftPushAsync(engine.Redis.Keys.Queue("default"), ["ghost", "foreign"]);
        await engine.Redis.Database.StringSetAsync(engine.Redis.Keys.JobHash("foreign"), "not a hash");
        var id = await engine.EnqueueAsync();
        Assert.Equal(id, Assert.Single(await engine.ClaimAsync()).Job.Id);
        Assert.Equal(0, await engine.Redis.Database.ListLengthAsync(engine.Redis.Keys.Queue("default")));
    }
}

public sealed class ClaimOnRedisTests(RedisServerFixture server) : ClaimTests(server);

public sealed class ClaimOnEmbeddedTests(EmbeddedServerFixture server) : ClaimTests(server);
