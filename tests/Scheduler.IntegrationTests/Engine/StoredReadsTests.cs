using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>By whatever way they go, they tell what the plain commands tell.</summary>
public abstract class StoredReadsTests(ServerFixture server)
{
    private static readonly RedisValue[] Fields = ["a", "none", "empty"];

    [Theory]
    [InlineData("hash")]
    [InlineData("none")]
    public async Task Hashes(string name)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named(name));

        Assert.Equal(await plain.HashGetAllAsync(key), await redis.HashGetAllAsync(key));
        Assert.Equal(await plain.HashGetAllAsync(key), redis.HashGetAll(key));
        Assert.Equal(await plain.HashGetAsync(key, Fields), await redis.HashGetAsync(key, Fields));
        Assert.Equal(await plain.HashKeysAsync(key), await redis.HashKeysAsync(key));
        Assert.Equal(await plain.HashLengthAsync(key), redis.HashLength(key));
        foreach (var field in Fields)
        {
            Assert.Equal(await plain.HashGetAsync(key, field), await redis.HashGetAsync(key, field));
            Assert.Equal(await plain.HashGetAsync(key, field), redis.HashGet(key, field));
            Assert.Equal(await plain.HashExistsAsync(key, field), await redis.HashExistsAsync(key, field));
        }
    }

    [Theory]
    [InlineData("list")]
    [InlineData("none")]
    public async Task Lists(string name)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named(name));

        Assert.Equal(await plain.ListRangeAsync(key), await redis.ListRangeAsync(key));
        Assert.Equal(await plain.ListRangeAsync(key, -2, -1), await redis.ListRangeAsync(key, -2, -1));
        Assert.Equal(await plain.ListRangeAsync(key, 1, 1), redis.ListRange(key, 1, 1));
        Assert.Equal(await plain.ListLengthAsync(key), redis.ListLength(key));
    }

    [Theory]
    [InlineData("set")]
    [InlineData("none")]
    public async Task Sets(string name)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named(name));

        Assert.Equal(await plain.SetMembersAsync(key), await redis.SetMembersAsync(key));
        Assert.Equal(await plain.SetMembersAsync(key), redis.SetMembers(key));
        Assert.Equal(await plain.SetContainsAsync(key, "a"), await redis.SetContainsAsync(key, "a"));
        Assert.False(await redis.SetContainsAsync(key, "other"));
    }

    [Theory]
    [InlineData("sorted")]
    [InlineData("none")]
    public async Task Sorted_sets_by_rank(string name)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named(name));

        Assert.Equal(await plain.SortedSetLengthAsync(key), await redis.SortedSetLengthAsync(key));
        Assert.Equal(await plain.SortedSetLengthAsync(key), redis.SortedSetLength(key));
        Assert.Equal(await plain.SortedSetRangeByRankAsync(key), await redis.SortedSetRangeByRankAsync(key));
        Assert.Equal(await plain.SortedSetRangeByRankAsync(key, 1, 2, Order.Descending), await redis.SortedSetRangeByRankAsync(key, 1, 2, Order.Descending));
        Assert.Equal(await plain.SortedSetRangeByRankAsync(key, 0, 1, Order.Descending), redis.SortedSetRangeByRank(key, 0, 1, Order.Descending));
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(1_764_330_000.123)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task Sorted_sets_by_score(double score)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named("sorted"));

        Assert.Equal(await plain.SortedSetRangeByScoreAsync(key, double.NegativeInfinity, score, take: 2), await redis.SortedSetRangeByScoreAsync(key, double.NegativeInfinity, score, 2));
        Assert.Equal(await plain.SortedSetRangeByScoreAsync(key, score, double.PositiveInfinity, take: 2), redis.SortedSetRangeByScore(key, score, double.PositiveInfinity, 2));
        Assert.Equal(await plain.SortedSetRangeByScoreAsync(key, stop: score, exclude: Exclude.Stop, order: Order.Descending, take: 2),
            await redis.SortedSetRangeBelowScoreAsync(key, score, 2));
        Assert.Equal(await plain.SortedSetRangeByScoreWithScoresAsync(key, stop: score, order: Order.Descending, skip: 1, take: 3),
            await redis.SortedSetRangeUpToScoreWithScoresAsync(key, score, 1, 3));
        foreach (var member in await plain.SortedSetRangeByRankAsync(key))
            Assert.Equal(await plain.SortedSetScoreAsync(key, member), redis.SortedSetScore(key, member));
        Assert.Null(redis.SortedSetScore(key, "other"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("b")]
    [InlineData("b\0")]
    [InlineData("ä")]
    public async Task Sorted_sets_by_member(string? before)
    {
        await using var harness = await FilledAsync();
        var (redis, plain, key) = (harness.Redis, harness.Redis.Database, harness.Redis.Keys.Named("ids"));

        Assert.Equal(await plain.SortedSetRangeByValueAsync(key, max: before, exclude: Exclude.Stop, order: Order.Descending, take: 2),
            await redis.SortedSetRangeBeforeAsync(key, before, 2));
    }

    [Fact]
    public async Task A_key_of_a_foreign_type_is_refused()
    {
        await using var harness = await FilledAsync();

        await Assert.ThrowsAsync<RedisServerException>(() => harness.Redis.ListRangeAsync(harness.Redis.Keys.Named("hash")));
        Assert.Throws<RedisServerException>(() => harness.Redis.HashGet(harness.Redis.Keys.Named("list"), "a"));
    }

    private async Task<EngineHarness> FilledAsync()
    {
        var harness = await EngineHarness.StartAsync(server);
        var (plain, keys) = (harness.Redis.Database, harness.Redis.Keys);
        await plain.HashSetAsync(keys.Named("hash"), [new("a", "1"), new("empty", ""), new("ä", "\0ü"), new("bytes", (byte[])[0, 255, 10])]);
        await plain.ListRightPushAsync(keys.Named("list"), ["a", "", "c"]);
        await plain.SetAddAsync(keys.Named("set"), ["a", "ä", (byte[])[255]]);
        await plain.SortedSetAddAsync(keys.Named("sorted"),
            [new("a", 1), new("b", 1.5), new("c", 1_764_330_000.123), new("d", double.PositiveInfinity), new("e", double.NegativeInfinity), new("f", 0.1)]);
        await plain.SortedSetAddAsync(keys.Named("ids"), [new("a", 0), new("b", 0), new("c", 0), new("ä", 0)]);
        return harness;
    }
}

public sealed class StoredReadsOnRedisTests(RedisServerFixture server) : StoredReadsTests(server);

public sealed class StoredReadsOnEmbeddedTests(EmbeddedServerFixture server) : StoredReadsTests(server);
