using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Search;

/// <summary>The optional indexes, held against the jobs.</summary>
internal static class IndexCheck
{
    /// <summary>Makes all of them stand as ready, as they may where there is no job yet.</summary>
    public static async Task SwitchOnAsync(RedisClient redis)
    {
        HashEntry[] all = [.. IndexState.Fields.Select(field => new HashEntry(field, "ready"))];
        await redis.Database.HashSetAsync(redis.Keys.SearchIndexes, all);
        redis.Indexes = IndexState.Read(all);
    }

    /// <summary>Every index names exactly the jobs that have its value.</summary>
    public static async Task AssertExactAsync(RedisClient redis)
    {
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var key in KeysAsync(redis, "job:"))
        {
            if (JobHash.Read(key["job:".Length..], await redis.Database.HashGetAllAsync(redis.Keys.Named(key))) is not { } job)
                continue;
            foreach (var place in new[] { "state:" + job.State, "queue:" + job.Queue, "type:" + job.Type, job.Worker is null ? null : "worker:" + job.Worker })
            {
                if (place is not null)
                    expected["by:" + place + " " + job.Id] = "";
            }
        }

        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var key in KeysAsync(redis, "by:"))
        {
            foreach (var id in await redis.Database.SortedSetRangeByRankAsync(redis.Keys.Named(key)))
                found[key + " " + id] = "";
        }
        Assert.Equal(expected.Keys, found.Keys);
    }

    private static async IAsyncEnumerable<string> KeysAsync(RedisClient redis, string begin)
    {
        await foreach (var key in redis.Connection.GetServers()[0].KeysAsync(pattern: redis.Keys.Prefix + begin + "*"))
        {
            if (!key.ToString().EndsWith(":logs", StringComparison.Ordinal))
                yield return key.ToString()[redis.Keys.Prefix.Length..];
        }
    }
}
