using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Events;

namespace Scheduler.IntegrationTests.Events;

/// <summary>What subscribers get, on both servers.</summary>
public abstract class EventFeedTests(ServerFixture server)
{
    [Fact]
    public async Task Subscriber_gets_every_event_in_order()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await using var reader = await FeedReader.OpenAsync(under.Feed);

        for (var i = 0; i < 50; i++)
            await under.Writer.WriteAsync(count: 1 + (i % 7));
        var last = await under.Writer.WriteAsync();

        Assert.Equal(Numbers(1, last), await reader.NextNumbersAsync((int)last));
    }

    [Fact]
    public async Task Event_carries_what_its_script_wrote()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await using var reader = await FeedReader.OpenAsync(under.Feed);

        await under.Writer.With(type: "demo.\"quoted\"", queue: "q1", tags: "[\"a\",\"b\"]").WriteAsync(jobId: "x");
        var happened = await reader.NextEventAsync();

        Assert.Equal(("job.succeeded", "x1", "demo.\"quoted\"", "q1", "succeeded"), (happened.Name, happened.JobId, happened.Type, happened.Queue, happened.State));
        Assert.Equal(["a", "b"], happened.Tags);
        Assert.Equal(("""{"a":1}""", 5L), (happened.ResultJson, happened.DurationMs));
        Assert.InRange(happened.At, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task Subscriber_without_a_place_hears_only_what_comes()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await under.Writer.WriteAsync(count: 3, jobId: "before");
        await using var reader = await FeedReader.OpenAsync(under.Feed);

        await under.Writer.WriteAsync(jobId: "after");

        Assert.Equal("after1", (await reader.NextEventAsync()).JobId);
    }

    [Fact]
    public async Task Resumed_subscriber_misses_nothing_even_inside_a_record()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await using var first = await FeedReader.OpenAsync(under.Feed);
        await under.Writer.WriteAsync(count: 10);
        await under.Writer.WriteAsync(count: 10);
        var seen = await first.NextEventAsync();

        await using var resumed = await FeedReader.OpenAsync(under.Feed, after: seen.Id with { Sequence = 4 });

        Assert.Equal(Numbers(5, 20), await resumed.NextNumbersAsync(16));
    }

    [Fact]
    public async Task Resume_after_a_trim_begins_with_a_gap()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString, configure: o => o.Max = 100);
        for (var i = 0; i < 30; i++)
            await under.Writer.WriteAsync(count: 10);
        var epoch = (await under.Log.ReadEndsAsync(EventLogAnchor.None)).Epoch;
        await under.Trimmer.TrimAsync(CancellationToken.None);

        await using var reader = await FeedReader.OpenAsync(under.Feed, after: new EventId(epoch, 5));

        Assert.Equal(new FeedItem.Gap(new EventId(epoch, 5), new EventId(epoch, 201)), await reader.NextGapAsync());
        Assert.Equal(Numbers(201, 300), await reader.NextNumbersAsync(100));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1_000_000)]
    public async Task Unknown_place_gives_a_gap_then_live_events(int epochOffset, int sequenceOffset)
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await under.Writer.WriteAsync(count: 3);
        var epoch = (await under.Log.ReadEndsAsync(EventLogAnchor.None)).Epoch;
        var unknown = new EventId(epoch + epochOffset, 2 + sequenceOffset);
        await using var reader = await FeedReader.OpenAsync(under.Feed, after: unknown);

        await under.Writer.WriteAsync();

        Assert.Equal(new FeedItem.Gap(unknown, new EventId(epoch, 1)), await reader.NextGapAsync());
        Assert.Equal(4, (await reader.NextEventAsync()).Id.Sequence);
    }

    [Fact]
    public async Task Filters_agree_in_every_field_and_leave_holes_in_the_numbers()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        await using var reader = await FeedReader.OpenAsync(under.Feed,
            new EventFilter { Queues = ["a", "b"], Types = ["wanted"], Tags = ["x", "y"], Events = ["job.started"] });

        await under.Writer.With(type: "wanted", queue: "a", tags: "[\"x\"]").WriteAsync(name: "job.succeeded");
        await under.Writer.With(type: "other", queue: "a", tags: "[\"x\"]").WriteAsync(name: "job.started");
        await under.Writer.With(type: "wanted", queue: "c", tags: "[\"x\"]").WriteAsync(name: "job.started");
        await under.Writer.With(type: "wanted", queue: "b", tags: "[\"z\"]").WriteAsync(name: "job.started");
        await under.Writer.With(type: "wanted", queue: "b", tags: "[\"z\",\"y\"]").WriteAsync(name: "job.started");

        Assert.Equal(5, (await reader.NextEventAsync()).Id.Sequence);
    }

    [Fact]
    public async Task Retention_removes_the_old_and_keeps_the_newest_record()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString, configure: o => o.Retention = TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
            await under.Writer.WriteAsync(count: 2);
        await Task.Delay(20, TestContext.Current.CancellationToken);

        await under.Trimmer.TrimAsync(CancellationToken.None);

        var ends = await under.Log.ReadEndsAsync(EventLogAnchor.None);
        Assert.Equal((39, 40), (ends.OldestKept, ends.Newest.Last));
    }

    [Fact]
    public async Task Fifty_subscribers_all_get_everything()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        var readers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => FeedReader.OpenAsync(under.Feed)));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => under.Writer.WriteAsync(count: 20)));

        foreach (var reader in readers)
        {
            Assert.Equal(Numbers(1, 2000), await reader.NextNumbersAsync(2000));
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task Slow_subscriber_reads_the_rest_from_the_log_while_the_ring_stays_small()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString, ring: new EventRing(maxRecords: 8, maxBytes: 64 * 1024));
        using var slow = await under.Feed.OpenAsync(new EventFilter(), null, CancellationToken.None);
        await using var fast = await FeedReader.OpenAsync(under.Feed);
        for (var i = 0; i < 400; i++)
            await under.Writer.WriteAsync(count: 5);
        await fast.NextNumbersAsync(2000);

        var numbers = new List<long>();
        while (numbers.Count < 2000)
        {
            var page = await slow.ReadAsync(FeedReader.Limit, CancellationToken.None);
            Assert.InRange(page.Count, 1, 64 * 5);
            numbers.AddRange(page.Select(i => Assert.IsType<FeedItem.Event>(i).Value.Id.Sequence));
        }

        Assert.Equal(Numbers(1, 2000), numbers);
    }

    internal static IEnumerable<long> Numbers(long first, long last)
    {
        for (var number = first; number <= last; number++)
            yield return number;
    }
}

public sealed class EventFeedOnRedisTests(RedisServerFixture server) : EventFeedTests(server);

public sealed class EventFeedOnEmbeddedTests(EmbeddedServerFixture server) : EventFeedTests(server);
