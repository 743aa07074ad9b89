using Scheduler.IntegrationTests.Api;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;

namespace Scheduler.IntegrationTests.Search;

public abstract class SearchTests(ServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_combination_of_terms_selects()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var old = await client.EnqueueAsync("\"args\":{\"order\":\"INV-1\"},\"tags\":[\"x\",\"y\"]");
        var slow = await client.EnqueueAsync("\"args\":{\"order\":\"inv-2\",\"text\":\"" + new string('z', 300) + " Needle here\"},\"tags\":[\"x\"],\"queue\":\"slow\"");
        var broken = await client.EnqueueAsync("\"args\":{\"order\":\"INV-3\"}");
        var claims = await host.Claims.ClaimAsync(new ClaimRequest("box:9:ab12", ["default"], ["test.echo"], 10, TimeSpan.FromSeconds(30), false), Token);
        await host.Claims.CompleteAsync([new JobOutcome.Failed(broken, claims.Single(c => c.Job.Id == broken).Fence, new JobError("exception", "IOException: Disk is FULL", 1), TimeSpan.Zero)], Token);

        foreach (var (query, expected) in new (string, string[])[]
        {
            ("q=inv", [broken, slow, old]), ("q=needle", [slow]), ("filter=needle%20queue:slow%20tag:x", [slow]), ("q=disk%20is%20full", [broken]),
            ("filter=state:failed%20q:full", [broken]), ("filter=state:failed%20q:needle", []), ("worker=box:9:ab12", [broken, old]),
            ("worker=box:9:ab12&state=processing&tag=y", [old]), ("filter=tag:x%20tag:y", [old]), ("createdAfter=PT1H&q=inv-1", [old]),
            ("createdBefore=PT1H", []), ("createdAfter=2020-01-01&createdBefore=2100-01-01T00:00:00Z&queue=slow", [slow]), ("filter=type:test.echo%20state:enqueued", [slow]),
            ("filter=%22a%20state:failed%22&state=enqueued", []), ("type=test.ech", []), ("queue=slow&state=failed", []),
        })
            Assert.Equal((query, string.Join(' ', expected)), (query, string.Join(' ', IdsOf(await client.GetAsync("/api/v1/jobs?" + query)))));
    }

    [Theory]
    [InlineData("filter=state:nope", "/filter")]
    [InlineData("filter=colour:red", "/filter")]
    [InlineData("state=failed&filter=state:failed", "/state")]
    [InlineData("createdAfter=soon", "/createdAfter")]
    [InlineData("fingerprint=1", "/fingerprint")]
    public async Task Wrong_filter_is_refused(string query, string at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.GetAsync($"/api/v1/jobs?{query}");
        Assert.Equal(422, answer.Status);
        Assert.Equal([at], answer.Pointers);
    }

    [Fact]
    public async Task Rare_match_in_many_jobs_is_found_through_partial_pages_in_order()
    {
        await using var host = await ApiHost.StartAsync(server);
        var jobs = Enumerable.Range(0, 4500).Select(i => new NewJob
        {
            Id = host.Jobs.NewId(),
            Type = "test.echo",
            Args = i % 1000 == 7 ? """{"rare":"Pearl"}""" : """{"n":1}""",
            Queue = "default",
        }).ToList();
        foreach (var chunk in jobs.Chunk(1500))
            await host.Jobs.EnqueueAsync(chunk, null, Token);
        var expected = jobs.Where(j => j.Args.Contains("Pearl", StringComparison.Ordinal)).Select(j => j.Id).Reverse();

        Assert.Equal(expected, await AllAsync(host, new JobFilter { Words = ["pearl"] }, limit: 2));
        Assert.Equal(expected, await AllAsync(host, new JobFilter { Words = ["pearl"], CreatedBefore = TimeProvider.System.GetUtcNow().AddHours(1) }, limit: 500));
    }

    [Theory]
    [InlineData(0, 6, false)]
    [InlineData(70, 1, true)]
    [InlineData(300, 0, true)]
    public async Task Call_ends_when_its_time_is_over_and_waits_longer_for_the_first_job(int stepMs, int found, bool isPartial)
    {
        await using var host = await ApiHost.StartAsync(server);
        var jobs = Enumerable.Range(0, 7000).Select(i => new NewJob
        {
            Id = host.Jobs.NewId(),
            Type = "test.echo",
            Args = "{}",
            Queue = i % 1000 == 7 && i < 6000 ? "slow" : "default",
        }).ToList();
        foreach (var chunk in jobs.Chunk(1000))
            await host.Jobs.EnqueueAsync(chunk, null, Token);
        var search = new JobSearch(host.Redis, new JobReader(host.Redis, TimeProvider.System), new SteppingClock(stepMs));

        var page = await search.FindAsync(new JobQuery(new JobFilter { Queue = "slow" }, 10, null), Token);

        Assert.Equal((found, isPartial), (page.Items.Count, page.IsPartial));
        Assert.Equal(jobs.Where(j => j.Queue == "slow").Select(j => j.Id).Reverse().Take(found), page.Items);
    }

    /// <summary>Each look at it is so much later.</summary>
    private sealed class SteppingClock(int stepMs) : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => now += stepMs;
    }

    private static async Task<IReadOnlyList<string>> AllAsync(ApiHost host, JobFilter filter, int limit)
    {
        var found = new List<string>();
        for (var query = new JobQuery(filter, limit, null); ;)
        {
            var page = await host.Jobs.ListAsync(query, Token);
            Assert.Equal(page.NextCursor is not null && page.Items.Count < limit, page.IsPartial);
            found.AddRange(page.Items.Select(j => j.Id));
            if (page.NextCursor is null)
                return found;
            query = query with { Cursor = page.NextCursor };
        }
    }

    private static IEnumerable<string> IdsOf(ApiAnswer page) => page.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
}

public sealed class SearchOnRedisTests(RedisServerFixture server) : SearchTests(server);

public sealed class SearchOnEmbeddedTests(EmbeddedServerFixture server) : SearchTests(server);
