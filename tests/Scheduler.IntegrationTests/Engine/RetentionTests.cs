using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

public abstract class RetentionTests(ServerFixture server)
{
    [Fact]
    public async Task Final_jobs_beyond_age_or_number_go_with_all_that_belongs_to_them()
    {
        await using var engine = await StartAsync(server);
        for (var i = 0; i < 5; i++)
        {
            await engine.EnqueueAsync(engine.New(tags: ["t"]) with { RecurringId = "r" });
            var claim = (await engine.ClaimAsync())[0];
            await engine.Logs.AppendAsync(claim.Job.Id, [new JobLogLine(DateTimeOffset.UnixEpoch, "Information", "hello", 1)], Token);
            await engine.SucceedAsync(claim);
        }

        await SweepAsync(engine, new RetentionOptions { SucceededMax = 2 });
        Assert.Equal(2, (await engine.Jobs.ListAsync(new JobQuery(null, null, null, "t", null, 10, null), Token)).Items.Count);

        await SweepAsync(engine, new RetentionOptions { Succeeded = TimeSpan.Zero });
        string[] allowed = ["queues", "events", "events:seq", "fence"];
        Assert.DoesNotContain(await engine.CensusAsync(), k => !allowed.Contains(k) && !k.StartsWith("stats:", StringComparison.Ordinal) && !k.StartsWith("pace:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Workers_are_listed_drained_and_removed_when_silent()
    {
        await using var engine = await StartAsync(server);
        var worker = new WorkerRecord("host:1:abcd", "host", ["default"], 8, 3, default, default, false, ["test.a"]);
        Assert.False(await engine.Workers.HeartbeatAsync(worker, Token));
        Assert.Equal((8, 3, false), Assert.Single(await engine.Workers.ListAsync(Token)) is var w ? (w.Concurrency, w.Running, w.Draining) : default);
        Assert.True(await engine.Workers.DrainAsync(worker.Id, Token));
        Assert.False(await engine.Workers.DrainAsync("nobody", Token));
        Assert.True(await engine.Workers.HeartbeatAsync(worker, Token));

        await engine.Workers.RemoveSilentAsync(Token);
        Assert.Single(await engine.Workers.ListAsync(Token));
        await engine.Redis.Database.HashSetAsync(engine.Redis.Keys.Server(worker.Id), "Heartbeat", 1);
        await engine.Workers.RemoveSilentAsync(Token);
        Assert.Empty(await engine.Workers.ListAsync(Token));
    }

    private static async Task SweepAsync(EngineHarness engine, RetentionOptions options)
    {
        using var sweeper = new RetentionSweeper(engine.Redis, engine.Jobs, engine.Claims, engine.Workers, Options.Create(options),
            TimeProvider.System, NullLogger<RetentionSweeper>.Instance);
        await sweeper.SweepAsync(Token);
    }
}

public sealed class RetentionOnRedisTests(RedisServerFixture server) : RetentionTests(server);

public sealed class RetentionOnEmbeddedTests(EmbeddedServerFixture server) : RetentionTests(server);
