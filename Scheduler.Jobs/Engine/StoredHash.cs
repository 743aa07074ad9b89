using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Reads a whole hash from which scripts take fields away. By a script on the embedded server: a command there runs beside the scripts,
/// and one that meets such a hash at the wrong moment ends the connection. For jobs: <see cref="JobHashes"/>.
/// </summary>
internal static class StoredHash
{
    private static readonly RedisScript Script = RedisScript.LoadReader("read_hash");

    public static async Task<HashEntry[]> ReadHashAsync(this RedisClient redis, RedisKey key) => await redis.KindAsync() == ServerKind.Embedded
        ? RedisScript.EntriesOf(await Script.RunAsync(redis, [key], []))
        : await redis.Database.HashGetAllAsync(key);

    /// <summary>For callers that block.</summary>
    public static HashEntry[] ReadHash(this RedisClient redis, RedisKey key) => redis.AskKind() == ServerKind.Embedded
        ? RedisScript.EntriesOf(Script.Run(redis, [key], []))
        : redis.Database.HashGetAll(key);
}
