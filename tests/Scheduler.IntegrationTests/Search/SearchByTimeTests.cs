using System.Globalization;
using Hangfire.States;
using Scheduler.IntegrationTests.Engine;
using Scheduler.IntegrationTests.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using Job = Hangfire.Common.Job;

namespace Scheduler.IntegrationTests.Search;

/// <summary>Searches that have no patience at all: what the first look does not find is for the next page.</summary>
public abstract class SearchByTimeTests(ServerFixture server)
{
    private const int BatchSize = 2500;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_begins_at_the_place_that_created_before_names()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var (first, afterFirst) = await BatchAsync(engine);
        await BatchAsync(engine);
        await BatchAsync(engine);

        var page = await FindAsync(engine, new JobFilter { CreatedBefore = afterFirst });

        Assert.Equal(first.TakeLast(10).Reverse(), page.Items);
        Assert.Equal(first.AsEnumerable().Reverse(), await AllAsync(engine, new JobFilter { CreatedBefore = afterFirst }));
    }

    [Fact]
    public async Task Search_of_a_tag_begins_there_too()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var (first, afterFirst) = await BatchAsync(engine, "common");
        await BatchAsync(engine, "common");
        await BatchAsync(engine, "common");

        // At a list's beginning, that is; a look is at 200 jobs.
        var page = await FindAsync(engine, new JobFilter { Tags = ["common"], CreatedBefore = afterFirst });
        for (var more = 4; page.Items.Count == 0 && more > 0; more--)
            page = await FindAsync(engine, new JobFilter { Tags = ["common"], CreatedBefore = afterFirst }, page.NextCursor);

        Assert.Equal(first.TakeLast(10).Reverse(), page.Items);
    }

    [Fact]
    public async Task Job_that_became_visible_long_after_its_creation_is_found_by_its_creation()
    {
        await using var harness = await StorageHarness.StartAsync(server);
        await using var engine = await EngineHarness.StartAsync(server, harness.Redis.Keys.Prefix);
        using var connection = harness.Connect();
        var late = connection.CreateExpiredJob(Job.FromExpression<StorageJobs>(j => j.Send("x", 1)), new Dictionary<string, string>(), DateTime.UnixEpoch.AddYears(50), TimeSpan.FromDays(1));
        // Written before its state, as for a client that sets parameters.
        Assert.Null(connection.GetJobParameter(late, "Any"));
        await Task.Delay(5, Token);
        var instant = await engine.Redis.NowAsync(Token);
        await BatchAsync(engine);
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.SetJobState(late, new EnqueuedState());
            transaction.Commit();
        }
        await BatchAsync(engine);

        Assert.Equal([late], (await FindAsync(engine, new JobFilter { CreatedBefore = instant })).Items);
    }

    [Fact]
    public async Task Job_as_the_stock_package_writes_it_is_found_by_its_instant_in_either_form()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var ids = new[] { await engine.EnqueueAsync(), await engine.EnqueueAsync() };
        var (now, database) = (await engine.Redis.NowAsync(Token), engine.Redis.Database);
        foreach (var (id, created) in ids.Zip([now.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture), now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)]))
        {
            await database.HashDeleteAsync(engine.Redis.Keys.JobHash(id), "Call");
            await database.HashSetAsync(engine.Redis.Keys.JobHash(id), "CreatedAt", created);
        }
        await database.KeyDeleteAsync(engine.Redis.Keys.JobSpans);

        Assert.Equal(ids.Reverse(), (await FindAsync(engine, new JobFilter { CreatedAfter = now.AddMinutes(-1), CreatedBefore = now.AddMinutes(1) })).Items);
        Assert.Empty((await FindAsync(engine, new JobFilter { CreatedBefore = now.AddMinutes(-1) })).Items);
    }

    [Fact]
    public async Task Search_ends_where_no_older_job_was_created_after_the_instant()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        await BatchAsync(engine);
        var (_, instant) = await BatchAsync(engine);
        await engine.EnqueueAsync(engine.New());

        foreach (var filter in new[] { new JobFilter { CreatedAfter = instant }, new JobFilter { CreatedAfter = instant, CreatedBefore = instant.AddHours(1) } })
        {
            var page = await FindAsync(engine, filter);
            Assert.Equal((1, false, (string?)null), (page.Items.Count, page.IsPartial, page.NextCursor));
        }
        Assert.Equal((0, (string?)null), await CountAndCursorAsync(engine, new JobFilter { CreatedAfter = instant.AddHours(1) }));
        Assert.Equal((0, (string?)null), await CountAndCursorAsync(engine, new JobFilter { CreatedBefore = instant.AddHours(-1) }));
    }

    [Fact]
    public async Task Job_whose_id_a_node_dated_wrongly_is_found_by_the_instant_of_the_store()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        await BatchAsync(engine);
        // By a node whose clock is two days ahead.
        var ahead = engine.New() with { Id = JobId.FromInstant(TimeProvider.System.GetUtcNow().AddDays(2), new byte[10]) };
        await engine.EnqueueAsync(ahead);
        var instant = await engine.Redis.NowAsync(Token);
        await Task.Delay(5, Token);
        await BatchAsync(engine);

        Assert.Contains(ahead.Id, (await FindAsync(engine, new JobFilter { CreatedBefore = instant.AddMilliseconds(1) })).Items);
    }

    [Fact]
    public async Task Lists_that_an_older_version_wrote_are_gone_past_once_the_sweeper_has_seen_them()
    {
        await using var engine = await EngineHarness.StartAsync(server);
        var (first, afterFirst) = await BatchAsync(engine);
        await BatchAsync(engine);
        await BatchAsync(engine);
        await engine.Redis.Database.KeyDeleteAsync(engine.Redis.Keys.JobSpans);

        Assert.Equal(first.AsEnumerable().Reverse(), await AllAsync(engine, new JobFilter { CreatedBefore = afterFirst }));
        for (var number = (await JobIndex.TrimAsync(engine.Redis, 0, Token)).Number; number > 0;)
            number = (await JobIndex.TrimAsync(engine.Redis, number, Token)).Number;
        var page = await FindAsync(engine, new JobFilter { CreatedBefore = afterFirst, CreatedAfter = afterFirst.AddHours(-1) });

        // The list that grows has no note until it is full, and is looked at first.
        Assert.True(page.IsPartial);
        page = await FindAsync(engine, new JobFilter { CreatedBefore = afterFirst }, page.NextCursor);
        Assert.Equal(first.TakeLast(10).Reverse(), page.Items);
    }

    /// <summary>The ids, and an instant after it and before the next.</summary>
    private static async Task<(List<string> Ids, DateTimeOffset After)> BatchAsync(EngineHarness engine, params string[] tags)
    {
        var jobs = Enumerable.Range(0, BatchSize).Select(_ => engine.New(tags: tags)).ToList();
        await engine.Jobs.EnqueueAsync(jobs, null, Token);
        await Task.Delay(5, Token);
        var after = await engine.Redis.NowAsync(Token);
        await Task.Delay(5, Token);
        return ([.. jobs.Select(j => j.Id)], after);
    }

    private static Task<Page<string>> FindAsync(EngineHarness engine, JobFilter filter, string? cursor = null) =>
        new JobSearch(engine.Redis, new JobReader(engine.Redis, TimeProvider.System), new RestlessClock()).FindAsync(new JobQuery(filter, 10, cursor), Token);

    private static async Task<(int, string?)> CountAndCursorAsync(EngineHarness engine, JobFilter filter)
    {
        var page = await FindAsync(engine, filter);
        return (page.Items.Count, page.NextCursor);
    }

    private static async Task<List<string>> AllAsync(EngineHarness engine, JobFilter filter)
    {
        var found = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await FindAsync(engine, filter, cursor);
            found.AddRange(page.Items);
            cursor = page.NextCursor;
            if (cursor is null)
                return found;
        }
    }
}

public sealed class SearchByTimeOnRedisTests(RedisServerFixture server) : SearchByTimeTests(server);

public sealed class SearchByTimeOnEmbeddedTests(EmbeddedServerFixture server) : SearchByTimeTests(server);
