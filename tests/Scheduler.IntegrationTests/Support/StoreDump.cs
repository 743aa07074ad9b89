using System.Globalization;
using Scheduler.Faults.Checker.Checks;
using Scheduler.Faults.Checker.Recorded;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Support;

/// <summary>Every key of one scheduler with its value, held against the rules of the key census.</summary>
internal static class StoreDump
{
    private static readonly string KeyGuide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "redis-keys.md"));

    /// <summary>What deviates, each as a sentence; empty = every job is where its state says, and nothing is half-written.</summary>
    public static async Task<IReadOnlyList<string>> DeviationsAsync(IConnectionMultiplexer connection, string prefix) =>
        Census.Deviations(await ReadAsync(connection, prefix), KeyGuide);

    public static async Task<IReadOnlyList<KeyLine>> ReadAsync(IConnectionMultiplexer connection, string prefix)
    {
        var database = connection.GetDatabase();
        var lines = new List<KeyLine>();
        // The braces of the prefix mean themselves; a glob has no use for them.
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: prefix + "*"))
            lines.Add(await ReadAsync(database, key, prefix));
        return lines;
    }

    private static async Task<KeyLine> ReadAsync(IDatabase database, RedisKey key, string prefix)
    {
        var type = await database.KeyTypeAsync(key);
        string[] values = type switch
        {
            RedisType.Hash => [.. (await database.HashGetAllAsync(key)).SelectMany(e => new[] { e.Name.ToString(), e.Value.ToString() })],
            RedisType.SortedSet => [.. (await database.SortedSetRangeByRankWithScoresAsync(key)).SelectMany(e => new[] { e.Element.ToString(), e.Score.ToString(CultureInfo.InvariantCulture) })],
            RedisType.List => [.. (await database.ListRangeAsync(key)).Select(v => v.ToString())],
            RedisType.Set => [.. (await database.SetMembersAsync(key)).Select(v => v.ToString())],
            _ => [(await database.StringGetAsync(key)).ToString()],
        };
        var ttl = await database.KeyTimeToLiveAsync(key);
        return new KeyLine(key.ToString()[prefix.Length..], type == RedisType.SortedSet ? "zset" : type.ToString().ToLowerInvariant(), values, (long)(ttl?.TotalMilliseconds ?? -1));
    }
}
