using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Events;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Events;

/// <summary>Redis loses subscriptions, goes away, comes back empty, or comes back with an older past.</summary>
public sealed class EventFeedFaultTests
{
    [Fact]
    public async Task Killed_subscriptions_lose_nothing()
    {
        await using var redis = await StartRedisAsync();
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await using var admin = await redis.ConnectAsAdminAsync();
        await using var reader = await FeedReader.OpenAsync(under.Feed);

        for (var round = 0; round < 5; round++)
        {
            await under.Writer.WriteAsync(count: 10);
            await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await under.Writer.WriteAsync(count: 10);
        }

        Assert.Equal(EventFeedTests.Numbers(1, 100), await reader.NextNumbersAsync(100));
    }

    [Fact]
    public async Task Feed_recovers_by_itself_when_redis_returns_empty()
    {
        var port = FreePort.Next();
        var redis = await StartRedisAsync(port);
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await using var reader = await FeedReader.OpenAsync(under.Feed);
        await under.Writer.WriteAsync(count: 5);
        await reader.NextNumbersAsync(5);

        await redis.KillAsync();
        await redis.DisposeAsync();
        await using var again = await StartRedisAsync(port);
        await WriteUntilAcceptedAsync(under);

        var gap = await reader.NextGapAsync();
        var first = await reader.NextEventAsync();
        Assert.Equal((5, 1), (gap.From.Sequence, gap.OldestKept.Sequence));
        Assert.True(first.Id.Epoch > gap.From.Epoch);
        Assert.Equal(1, first.Id.Sequence);
    }

    [Fact]
    public async Task Flushed_log_gives_a_gap_and_then_its_events_from_the_first()
    {
        await using var redis = await StartRedisAsync();
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await using var admin = await redis.ConnectAsAdminAsync();
        await using var reader = await FeedReader.OpenAsync(under.Feed);
        await under.Writer.WriteAsync(count: 5);
        await reader.NextNumbersAsync(5);

        await admin.GetDatabase().ExecuteAsync("FLUSHALL");
        await under.Writer.WriteAsync(count: 2, jobId: "new");

        Assert.Equal(5, (await reader.NextGapAsync()).From.Sequence);
        Assert.Equal(["new1", "new2"], [(await reader.NextEventAsync()).JobId, (await reader.NextEventAsync()).JobId]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Log_that_went_back_gets_a_new_epoch_however_far_it_has_grown_again(int grownAgain)
    {
        await using var redis = await StartRedisAsync();
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await using var admin = await redis.ConnectAsAdminAsync();
        await using var reader = await FeedReader.OpenAsync(under.Feed);
        await under.Writer.WriteAsync(count: 4);
        await under.Writer.WriteAsync(count: 6);
        var old = (await reader.NextEventAsync()).Id.Epoch;
        await reader.NextNumbersAsync(9);

        await LoseLastSecondAsync(under, admin, grownAgain);
        var gap = await reader.NextGapAsync();
        // The writer's connection was killed too.
        await WriteUntilAcceptedAsync(under, "live");

        var next = await reader.NextEventAsync();
        Assert.Equal((new EventId(old, 10), "live1"), (gap.From, next.JobId));
        Assert.True(next.Id.Epoch > old);
    }

    [Fact]
    public async Task Log_of_an_earlier_epoch_than_was_known_gets_a_later_one_for_all_its_readers()
    {
        await using var redis = await StartRedisAsync();
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await under.Writer.WriteAsync(count: 3);
        var old = await under.Log.ReadEndsAsync(EventLogAnchor.None);
        // What a reader knows that has followed another primary meanwhile.
        var known = new EventLogAnchor(old.Epoch + 5, 2, []);

        var next = await under.Log.ReadEndsAsync(known);

        Assert.True(next.Epoch > known.Epoch);
        Assert.Equal((3, 3), (next.EpochStart, next.Newest.Last));
        Assert.Equal(next.Epoch, (await under.Log.ReadEndsAsync(known)).Epoch);
        Assert.Equal(next.Epoch, (await under.Log.ReadEndsAsync(old.Newest)).Epoch);
    }

    [Fact]
    public async Task Open_fails_while_redis_is_away_and_a_reader_in_place_goes_on_after_it()
    {
        var port = FreePort.Next();
        var redis = await StartRedisAsync(port);
        await using var under = await FeedUnderTest.StartAsync(redis.ConnectionString);
        await using var reader = await FeedReader.OpenAsync(under.Feed);
        await redis.DisposeAsync();

        var refused = await Record.ExceptionAsync(() => FeedReader.OpenAsync(under.Feed));
        await using var again = await StartRedisAsync(port);
        await WriteUntilAcceptedAsync(under);

        Assert.True(refused is RedisException or TimeoutException, $"{refused}");
        await reader.NextGapAsync();
        Assert.Equal(1, (await reader.NextEventAsync()).Id.Sequence);
    }

    private static Task<RedisProcess> StartRedisAsync(int? port = null)
    {
        RedisProcess.SkipWhereMissing();
        return RedisProcess.StartAsync(port ?? FreePort.Next());
    }

    /// <summary>As a restart with appendfsync everysec may do: the second record is gone, and others take its numbers.</summary>
    private static async Task LoseLastSecondAsync(FeedUnderTest under, ConnectionMultiplexer admin, int grownAgain)
    {
        var transaction = under.Redis.Database.CreateTransaction();
        _ = transaction.SortedSetRemoveRangeByScoreAsync(under.Redis.Keys.EventLog, 5, double.PositiveInfinity);
        _ = transaction.StringSetAsync(under.Redis.Keys.EventSequence, 4);
        Assert.True(await transaction.ExecuteAsync());
        await under.Writer.WriteAsync(count: grownAgain, jobId: "other-past");
        await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }

    private static async Task WriteUntilAcceptedAsync(FeedUnderTest under, string jobId = "job")
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await under.Writer.WriteAsync(jobId: jobId);
                return;
            }
            catch (Exception outage) when (outage is RedisException or TimeoutException && attempt < 100)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }
}
