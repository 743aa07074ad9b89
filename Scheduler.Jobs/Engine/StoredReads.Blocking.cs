using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <content>For callers that block.</content>
internal static partial class StoredReads
{
    public static HashEntry[] HashGetAll(this RedisClient redis, RedisKey hash) => redis.AskKind() == ServerKind.Embedded
        ? RedisScript.EntriesOf(Run(redis, hash, "HGETALL"))
        : redis.Database.HashGetAll(hash);

    public static RedisValue HashGet(this RedisClient redis, RedisKey hash, RedisValue field) => redis.AskKind() == ServerKind.Embedded
        ? (RedisValue)Run(redis, hash, "HGET", field)
        : redis.Database.HashGet(hash, field);

    public static long HashLength(this RedisClient redis, RedisKey hash) => redis.AskKind() == ServerKind.Embedded
        ? (long)Run(redis, hash, "HLEN")
        : redis.Database.HashLength(hash);

    public static RedisValue[] ListRange(this RedisClient redis, RedisKey list, long start = 0, long stop = -1) => redis.AskKind() == ServerKind.Embedded
        ? ValuesOf(Run(redis, list, "LRANGE", start, stop))
        : redis.Database.ListRange(list, start, stop);

    public static long ListLength(this RedisClient redis, RedisKey list) => redis.AskKind() == ServerKind.Embedded
        ? (long)Run(redis, list, "LLEN")
        : redis.Database.ListLength(list);

    public static RedisValue[] SetMembers(this RedisClient redis, RedisKey set) => redis.AskKind() == ServerKind.Embedded
        ? ValuesOf(Run(redis, set, "SMEMBERS"))
        : redis.Database.SetMembers(set);

    public static long SortedSetLength(this RedisClient redis, RedisKey set) => redis.AskKind() == ServerKind.Embedded
        ? (long)Run(redis, set, "ZCARD")
        : redis.Database.SortedSetLength(set);

    public static double? SortedSetScore(this RedisClient redis, RedisKey set, RedisValue member) => redis.AskKind() == ServerKind.Embedded
        ? (double?)Run(redis, set, "ZSCORE", member)
        : redis.Database.SortedSetScore(set, member);

    public static RedisValue[] SortedSetRangeByRank(this RedisClient redis, RedisKey set, long start = 0, long stop = -1, Order order = Order.Ascending) =>
        redis.AskKind() == ServerKind.Embedded
            ? ValuesOf(Run(redis, set, ByRank(order), start, stop))
            : redis.Database.SortedSetRangeByRank(set, start, stop, order);

    public static RedisValue[] SortedSetRangeByScore(this RedisClient redis, RedisKey set, double start, double stop, long take) =>
        redis.AskKind() == ServerKind.Embedded
            ? ValuesOf(Run(redis, set, "ZRANGEBYSCORE", start, stop, "LIMIT", 0, take))
            : redis.Database.SortedSetRangeByScore(set, start, stop, take: take);

    private static RedisResult Run(RedisClient redis, RedisKey key, string command, params RedisValue[] arguments) =>
        Script.Run(redis, [key], [command, .. arguments]);
}
