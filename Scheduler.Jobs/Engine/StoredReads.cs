using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Reads of hashes, lists, sets and sorted sets, named as <see cref="IDatabase"/> names them. By a script on the embedded server, where a plain
/// command runs beside the scripts: one that lists what a script changes just then shows half of it or ends the connection, and one that
/// counts or looks for a single member tells what no script has left behind. On every other server it is the plain command. GET, EXISTS and TTL
/// are plain everywhere: they end no connection, and whoever asks whether a key exists looks again or has a script look.
/// For jobs: <see cref="JobHashes"/>.
/// </summary>
internal static partial class StoredReads
{
    private static readonly RedisScript Script = RedisScript.LoadReader("read_stored");

    public static async Task<HashEntry[]> HashGetAllAsync(this RedisClient redis, RedisKey hash) => await redis.KindAsync() == ServerKind.Embedded
        ? RedisScript.EntriesOf(await RunAsync(redis, hash, "HGETALL"))
        : await redis.Database.HashGetAllAsync(hash);

    public static async Task<RedisValue> HashGetAsync(this RedisClient redis, RedisKey hash, RedisValue field) => await redis.KindAsync() == ServerKind.Embedded
        ? (RedisValue)await RunAsync(redis, hash, "HGET", field)
        : await redis.Database.HashGetAsync(hash, field);

    public static async Task<RedisValue[]> HashGetAsync(this RedisClient redis, RedisKey hash, RedisValue[] fields) => await redis.KindAsync() == ServerKind.Embedded
        ? ValuesOf(await RunAsync(redis, hash, "HMGET", fields))
        : await redis.Database.HashGetAsync(hash, fields);

    public static async Task<RedisValue[]> HashKeysAsync(this RedisClient redis, RedisKey hash) => await redis.KindAsync() == ServerKind.Embedded
        ? ValuesOf(await RunAsync(redis, hash, "HKEYS"))
        : await redis.Database.HashKeysAsync(hash);

    public static async Task<bool> HashExistsAsync(this RedisClient redis, RedisKey hash, RedisValue field) => await redis.KindAsync() == ServerKind.Embedded
        ? (bool)await RunAsync(redis, hash, "HEXISTS", field)
        : await redis.Database.HashExistsAsync(hash, field);

    public static async Task<RedisValue[]> ListRangeAsync(this RedisClient redis, RedisKey list, long start = 0, long stop = -1) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ValuesOf(await RunAsync(redis, list, "LRANGE", start, stop))
            : await redis.Database.ListRangeAsync(list, start, stop);

    public static async Task<RedisValue[]> SetMembersAsync(this RedisClient redis, RedisKey set) => await redis.KindAsync() == ServerKind.Embedded
        ? ValuesOf(await RunAsync(redis, set, "SMEMBERS"))
        : await redis.Database.SetMembersAsync(set);

    public static async Task<bool> SetContainsAsync(this RedisClient redis, RedisKey set, RedisValue member) => await redis.KindAsync() == ServerKind.Embedded
        ? (bool)await RunAsync(redis, set, "SISMEMBER", member)
        : await redis.Database.SetContainsAsync(set, member);

    public static async Task<long> SortedSetLengthAsync(this RedisClient redis, RedisKey set) => await redis.KindAsync() == ServerKind.Embedded
        ? (long)await RunAsync(redis, set, "ZCARD")
        : await redis.Database.SortedSetLengthAsync(set);

    public static async Task<RedisValue[]> SortedSetRangeByRankAsync(this RedisClient redis, RedisKey set, long start = 0, long stop = -1, Order order = Order.Ascending) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ValuesOf(await RunAsync(redis, set, ByRank(order), start, stop))
            : await redis.Database.SortedSetRangeByRankAsync(set, start, stop, order);

    public static async Task<RedisValue[]> SortedSetRangeByScoreAsync(this RedisClient redis, RedisKey set, double start, double stop, long take) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ValuesOf(await RunAsync(redis, set, "ZRANGEBYSCORE", start, stop, "LIMIT", 0, take))
            : await redis.Database.SortedSetRangeByScoreAsync(set, start, stop, take: take);

    /// <summary>Members whose score is less, the greatest score first.</summary>
    public static async Task<RedisValue[]> SortedSetRangeBelowScoreAsync(this RedisClient redis, RedisKey set, double score, long take) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ValuesOf(await RunAsync(redis, set, "ZREVRANGEBYSCORE", $"({(RedisValue)score}", "-inf", "LIMIT", 0, take))
            : await redis.Database.SortedSetRangeByScoreAsync(set, stop: score, exclude: Exclude.Stop, order: Order.Descending, take: take);

    /// <summary>Members with this score and those with a lesser one, the greatest score first.</summary>
    public static async Task<SortedSetEntry[]> SortedSetRangeUpToScoreWithScoresAsync(this RedisClient redis, RedisKey set, double score, long skip, long take) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ScoredOf(await RunAsync(redis, set, "ZREVRANGEBYSCORE", score, "-inf", "WITHSCORES", "LIMIT", skip, take))
            : await redis.Database.SortedSetRangeByScoreWithScoresAsync(set, stop: score, order: Order.Descending, skip: skip, take: take);

    /// <summary>Members that come before this one, the last of them first; null = from the last of all. They have one score.</summary>
    public static async Task<RedisValue[]> SortedSetRangeBeforeAsync(this RedisClient redis, RedisKey set, RedisValue member, long take) =>
        await redis.KindAsync() == ServerKind.Embedded
            ? ValuesOf(await RunAsync(redis, set, "ZREVRANGEBYLEX", member.IsNull ? "+" : $"({member}", "-", "LIMIT", 0, take))
            : await redis.Database.SortedSetRangeByValueAsync(set, max: member, exclude: Exclude.Stop, order: Order.Descending, take: take);

    private static Task<RedisResult> RunAsync(RedisClient redis, RedisKey key, string command, params RedisValue[] arguments) =>
        Script.RunAsync(redis, [key], [command, .. arguments]);

    private static string ByRank(Order order) => order == Order.Ascending ? "ZRANGE" : "ZREVRANGE";

    private static RedisValue[] ValuesOf(RedisResult list) => (RedisValue[])list!;

    private static SortedSetEntry[] ScoredOf(RedisResult flat) => [.. RedisScript.EntriesOf(flat).Select(e => new SortedSetEntry(e.Name, (double)e.Value))];
}
