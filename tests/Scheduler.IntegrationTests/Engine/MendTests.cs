using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Engine;

public abstract class MendTests(ServerFixture server)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_dead_workers_job_whose_lease_was_deleted_runs_again()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var id = await engine.EnqueueAsync();
        await engine.ClaimAsync();
        await engine.Redis.Database.KeyDeleteAsync(engine.Redis.Keys.Leases);
        Assert.Equal(0, await engine.Claims.ReapAsync(EngineHarness.Token));

        Assert.Equal(1, await MendAsync(engine));

        await engine.ExpireLeasesAsync();
        Assert.Equal(1, await engine.Claims.ReapAsync(EngineHarness.Token));
        Assert.Equal(id, Assert.Single(await engine.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task Jobs_of_every_state_come_back_to_where_they_belong()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var waiting = await engine.EnqueueAsync();
        await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(1)));
        await engine.EnqueueAsync(engine.New(queue: "other"));
        await engine.SucceedAsync(Assert.Single(await engine.ClaimAsync(queues: "other")));
        foreach (var key in (StackExchange.Redis.RedisKey[])[engine.Redis.Keys.Queue("default"), engine.Redis.Keys.Schedule, engine.Redis.Keys.Final(JobStates.Succeeded)])
            Assert.True(await engine.Redis.Database.KeyDeleteAsync(key));
        Assert.NotEmpty(await StoreDump.DeviationsAsync(engine.Connection, engine.Redis.Keys.Prefix));

        Assert.Equal(3, await MendAsync(engine));

        Assert.Empty(await StoreDump.DeviationsAsync(engine.Connection, engine.Redis.Keys.Prefix));
        Assert.Equal(waiting, Assert.Single(await engine.ClaimAsync()).Job.Id);
    }

    [Fact]
    public async Task A_sound_store_is_left_as_it_is()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        for (var i = 0; i < 5; i++)
            await engine.EnqueueAsync();
        await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(1)));
        var claimed = await engine.ClaimAsync(max: 3);
        await engine.SucceedAsync(claimed[0]);
        await engine.Jobs.CancelAsync(claimed[1].Job.Id, EngineHarness.Token);

        Assert.Equal(0, await MendAsync(engine));
    }

    private static Task<int> MendAsync(EngineHarness engine) => new JobMender(engine.Redis).MendAsync(Grace, EngineHarness.Token);
}

public sealed class MendOnRedisTests(RedisServerFixture server) : MendTests(server);

public sealed class MendOnEmbeddedTests(EmbeddedServerFixture server) : MendTests(server);
