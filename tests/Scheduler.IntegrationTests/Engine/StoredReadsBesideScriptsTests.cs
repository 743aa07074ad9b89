using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>On the embedded server, whose commands run beside its scripts.</summary>
public sealed class StoredReadsBesideScriptsTests(EmbeddedServerFixture server)
{
    private const int Rounds = 40, AtOnce = 50;

    /// <summary>Each tells of what stays alone; what comes and goes within a script is never there.</summary>
    private static readonly Dictionary<string, Func<RedisClient, Task<string>>> Reads = new()
    {
        ["HGETALL"] = async redis => Text((await redis.HashGetAllAsync(Hash(redis))).Select(e => e.Name)),
        ["HGET"] = async redis => Text([await redis.HashGetAsync(Hash(redis), "stays"), await redis.HashGetAsync(Hash(redis), "50")]),
        ["HMGET"] = async redis => Text(await redis.HashGetAsync(Hash(redis), ["1", "stays", "100"])),
        ["HKEYS"] = async redis => Text(await redis.HashKeysAsync(Hash(redis))),
        ["HEXISTS"] = async redis => await redis.HashExistsAsync(Hash(redis), "50") ? "50" : "stays",
        ["LRANGE"] = async redis => Text(await redis.ListRangeAsync(List(redis))),
        ["SMEMBERS"] = async redis => Text(await redis.SetMembersAsync(Set(redis))),
        ["SISMEMBER"] = async redis => await redis.SetContainsAsync(Set(redis), "50") ? "50" : "stays",
        ["ZCARD"] = async redis => One(await redis.SortedSetLengthAsync(Sorted(redis))),
        ["ZRANGE"] = async redis => Text(await redis.SortedSetRangeByRankAsync(Sorted(redis))),
        ["ZREVRANGE"] = async redis => Text(await redis.SortedSetRangeByRankAsync(Sorted(redis), 0, 99, Order.Descending)),
        ["ZRANGEBYSCORE"] = async redis => Text(await redis.SortedSetRangeByScoreAsync(Sorted(redis), double.NegativeInfinity, 1, 99)),
        ["ZREVRANGEBYSCORE"] = async redis => Text(await redis.SortedSetRangeBelowScoreAsync(Sorted(redis), 1, 99)),
        ["ZREVRANGEBYSCORE WITHSCORES"] = async redis => Text((await redis.SortedSetRangeUpToScoreWithScoresAsync(Sorted(redis), 1, 0, 99)).Select(e => e.Element)),
        ["ZREVRANGEBYLEX"] = async redis => Text(await redis.SortedSetRangeBeforeAsync(Sorted(redis), "z", 99)),
        ["HGETALL, blocking"] = redis => Task.FromResult(Text(redis.HashGetAll(Hash(redis)).Select(e => e.Name))),
        ["HGET, blocking"] = redis => Task.FromResult(Text([redis.HashGet(Hash(redis), "stays"), redis.HashGet(Hash(redis), "50")])),
        ["HLEN, blocking"] = redis => Task.FromResult(One(redis.HashLength(Hash(redis)))),
        ["LRANGE, blocking"] = redis => Task.FromResult(Text(redis.ListRange(List(redis)))),
        ["LLEN, blocking"] = redis => Task.FromResult(One(redis.ListLength(List(redis)))),
        ["SMEMBERS, blocking"] = redis => Task.FromResult(Text(redis.SetMembers(Set(redis)))),
        ["ZCARD, blocking"] = redis => Task.FromResult(One(redis.SortedSetLength(Sorted(redis)))),
        ["ZSCORE, blocking"] = redis => Task.FromResult(redis.SortedSetScore(Sorted(redis), "50") is { } score ? $"{score}" : "stays"),
        ["ZRANGE, blocking"] = redis => Task.FromResult(Text(redis.SortedSetRangeByRank(Sorted(redis)))),
        ["ZRANGEBYSCORE, blocking"] = redis => Task.FromResult(Text(redis.SortedSetRangeByScore(Sorted(redis), double.NegativeInfinity, 1, 99))),
    };

    public static TheoryData<string> Names => [.. Reads.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Shows_what_scripts_leave_behind_and_keeps_its_connection(string name)
    {
        var token = TestContext.Current.CancellationToken;
        await using var harness = await EngineHarness.StartAsync(server);
        await using var other = await server.ConnectAsync();
        await ChangeOnceAsync(other.GetDatabase(), harness.Redis);
        using var over = new CancellationTokenSource();
        var changes = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ChangeUntilAsync(other.GetDatabase(), harness.Redis, over.Token)));

        for (var round = 0; round < Rounds; round++)
        {
            var texts = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Reads[name](harness.Redis))).WaitAsync(TimeSpan.FromSeconds(20), token);
            Assert.All(texts, text => Assert.Equal("stays", text));
        }
        await over.CancelAsync();
        await changes;
    }

    private static async Task ChangeUntilAsync(IDatabase database, RedisClient redis, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
            await ChangeOnceAsync(database, redis);
    }

    // No script names all keys that it changes. One member that stays, and a hundred that come and go together.
    private static Task ChangeOnceAsync(IDatabase database, RedisClient redis)
    {
        const string Change = """
            local names, fields, scored = {}, {}, {}
            for i = 1, 100 do
              names[i] = i
              fields[i * 2 - 1], fields[i * 2] = i, string.rep('x', 50)
              scored[i * 2 - 1], scored[i * 2] = 0, i
            end
            redis.call('HSET', ARGV[1], 'stays', 'stays')
            redis.call('HSET', ARGV[1], unpack(fields))
            redis.call('HDEL', ARGV[1], unpack(names))
            if redis.call('LLEN', ARGV[2]) == 0 then redis.call('RPUSH', ARGV[2], 'stays') end
            redis.call('RPUSH', ARGV[2], unpack(names))
            redis.call('LTRIM', ARGV[2], 0, 0)
            redis.call('SADD', ARGV[3], 'stays')
            redis.call('SADD', ARGV[3], unpack(names))
            redis.call('SREM', ARGV[3], unpack(names))
            redis.call('ZADD', ARGV[4], 0, 'stays')
            redis.call('ZADD', ARGV[4], unpack(scored))
            redis.call('ZREM', ARGV[4], unpack(names))
            """;
        return database.ScriptEvaluateAsync(Change, [redis.Keys.Tx], [Name(Hash(redis)), Name(List(redis)), Name(Set(redis)), Name(Sorted(redis))]);
    }

    private static RedisValue Name(RedisKey key) => key.ToString();

    private static RedisKey Hash(RedisClient redis) => redis.Keys.Named("hash");

    private static RedisKey List(RedisClient redis) => redis.Keys.Named("list");

    private static RedisKey Set(RedisClient redis) => redis.Keys.Named("set");

    private static RedisKey Sorted(RedisClient redis) => redis.Keys.Named("sorted");

    private static string Text(IEnumerable<RedisValue> found) => string.Join(' ', found.Where(v => !v.IsNull));

    private static string One(long count) => count == 1 ? "stays" : $"{count}";
}
