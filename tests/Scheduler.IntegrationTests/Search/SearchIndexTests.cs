using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Api;
using Scheduler.IntegrationTests.Engine;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Search;

namespace Scheduler.IntegrationTests.Search;

public abstract class SearchIndexTests(ServerFixture server)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Indexes_name_exactly_the_jobs_whatever_happens_to_them()
    {
        await using var host = await ApiHost.StartAsync(server);
        await IndexCheck.SwitchOnAsync(host.Redis);
        using var client = host.Client();
        await host.Jobs.EnqueueAsync([.. Enumerable.Range(0, 250).Select(i => New(host, i % 2 == 0 ? "default" : "special"))], null, Token);
        var (edited, cancelled, delayed) = (await client.EnqueueAsync(), await client.EnqueueAsync(), await client.EnqueueAsync("\"delay\":\"PT1H\""));
        await IndexCheck.AssertExactAsync(host.Redis);

        var claims = await ClaimAsync(host, "box:1:aaaa", 20);
        await host.Claims.CompleteAsync([.. claims.Select((c, i) => EndOf(c, i))], Token);
        // Taken by one worker, handed back, and run by another.
        await ClaimAsync(host, "box:2:bbbb", 30);
        await IndexCheck.AssertExactAsync(host.Redis);

        Assert.Equal(200, (await client.SendAsync(HttpMethod.Patch, "/api/v1/jobs/" + edited, new StringContent("""{"queue":"slow"}""", System.Text.Encoding.UTF8, "application/json"))).Status);
        await client.PostAsync($"/api/v1/jobs/{cancelled}/cancel");
        await client.PostAsync($"/api/v1/jobs/{delayed}/requeue");
        await client.PostAsync($"/api/v1/jobs/{cancelled}/requeue");
        await IndexCheck.AssertExactAsync(host.Redis);

        using var sweeper = new RetentionSweeper(host.Redis, host.Jobs, host.Claims, new WorkerStore(host.Redis),
            Options.Create(new RetentionOptions { SucceededMax = 1, Failed = TimeSpan.Zero }), TimeProvider.System, NullLogger<RetentionSweeper>.Instance);
        await sweeper.SweepAsync(Token);
        await IndexCheck.AssertExactAsync(host.Redis);
    }

    [Fact]
    public async Task Index_switched_on_names_the_jobs_there_are_before_it_is_used_and_goes_when_switched_off()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var rare = await engine.EnqueueAsync(engine.New(queue: "rare"));
        await engine.Jobs.EnqueueAsync([.. Enumerable.Range(0, 300).Select(_ => engine.New())], null, Token);
        using var keeper = Keeper(engine.Redis, "queue", "type", "state", "worker");

        await keeper.ConfigureAsync(Token);
        // A job made meanwhile, by a process that knows.
        var late = await engine.EnqueueAsync(engine.New(queue: "rare"));
        Assert.Empty(engine.Redis.Indexes.Ready);
        await keeper.WorkAsync(TimeSpan.FromHours(1), Token);
        Assert.Empty(engine.Redis.Indexes.Ready);
        await keeper.WorkAsync(TimeSpan.Zero, Token);

        Assert.Equal(IndexState.Fields, engine.Redis.Indexes.Ready.Order(StringComparer.Ordinal));
        await IndexCheck.AssertExactAsync(engine.Redis);
        var page = await engine.Jobs.ListAsync(new JobQuery(null, "rare", null, null, null, 10, null), Token);
        Assert.Equal([late, rare], page.Items.Select(j => j.Id));
        Assert.Null(page.NextCursor);

        // Another process, which is told otherwise.
        using var other = Keeper(engine.Redis, "none");
        await other.ConfigureAsync(Token);
        Assert.Equal("", engine.Redis.Indexes.Written);
        await other.WorkAsync(TimeSpan.Zero, Token);
        Assert.DoesNotContain(await engine.CensusAsync(), key => key.StartsWith("by", StringComparison.Ordinal));
        Assert.Equal(2, (await engine.Jobs.ListAsync(new JobQuery(null, "rare", null, null, null, 10, null), Token)).Items.Count);
    }

    [Fact]
    public async Task Narrow_value_among_many_jobs_is_found_whole_where_it_is_indexed_and_in_part_where_not()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var rare = await engine.EnqueueAsync(engine.New(queue: "rare"));
        for (var i = 0; i < 3; i++)
            await engine.Jobs.EnqueueAsync([.. Enumerable.Range(0, 2000).Select(_ => engine.New())], null, Token);
        // Not one millisecond of patience: whatever is not found at the first look is for the next page.
        var search = new JobSearch(engine.Redis, new JobReader(engine.Redis, TimeProvider.System), new RestlessClock());
        var query = new JobQuery(null, "rare", null, null, null, 10, null);

        var partial = await search.ListAsync(query, Token);
        Assert.True(partial is { IsPartial: true, Items.Count: 0, NextCursor: not null });

        using var keeper = Keeper(engine.Redis, "queue");
        await keeper.ConfigureAsync(Token);
        await keeper.WorkAsync(TimeSpan.Zero, Token);
        var whole = await search.ListAsync(query, Token);
        Assert.Equal((rare, false, (string?)null), (Assert.Single(whole.Items).Id, whole.IsPartial, whole.NextCursor));
    }

    private static IndexKeeper Keeper(RedisClient redis, params string[] indexes) =>
        new(redis, Options.Create(new SearchOptions { Indexes = indexes }), TimeProvider.System, NullLogger<IndexKeeper>.Instance);

    private static NewJob New(ApiHost host, string queue) => new() { Id = host.Jobs.NewId(), Type = "test.echo", Args = "{}", Queue = queue };

    private static Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ApiHost host, string worker, int max) =>
        host.Claims.ClaimAsync(new ClaimRequest(worker, ["default", "special"], ["test.echo"], max, Hour, false), Token);

    private static JobOutcome EndOf(ClaimedJob claim, int number) => (number % 5) switch
    {
        0 => new JobOutcome.Failed(claim.Job.Id, claim.Fence, new JobError("exception", "it threw", 1), TimeSpan.Zero),
        1 => new JobOutcome.Retried(claim.Job.Id, claim.Fence, new JobError("exception", "it threw", 1), Hour),
        2 => new JobOutcome.HandedBack(claim.Job.Id, claim.Fence, "worker stopped"),
        3 => new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, "{}", TimeSpan.Zero),
        _ => new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, null, TimeSpan.Zero) { Claimed = claim.Job },
    };
}

public sealed class SearchIndexOnRedisTests(RedisServerFixture server) : SearchIndexTests(server);

public sealed class SearchIndexOnEmbeddedTests(EmbeddedServerFixture server) : SearchIndexTests(server);
