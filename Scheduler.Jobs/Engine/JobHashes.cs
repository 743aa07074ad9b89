using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Reads the hashes of jobs; empty where there is none. By a script on the embedded server: a command there runs beside the scripts, and
/// one that meets a hash from which fields are just taken away ends the connection. Scripts it runs one after the other.
/// </summary>
internal sealed class JobHashes(RedisClient redis)
{
    private const int ChunkSize = 200;

    private static readonly RedisScript ReadJobs = RedisScript.LoadReader("read_jobs");

    /// <summary>In the order of the ids.</summary>
    public async Task<IReadOnlyList<HashEntry[]>> ReadAsync(IReadOnlyList<RedisValue> ids)
    {
        if (await redis.KindAsync() != ServerKind.Embedded)
            return await Task.WhenAll(ids.Select(id => redis.Database.HashGetAllAsync(redis.Keys.JobHash(id!))));
        var replies = await Task.WhenAll(ids.Chunk(ChunkSize).Select(chunk => ReadJobs.RunAsync(redis, [], chunk)));
        return [.. replies.SelectMany(reply => ((RedisResult[])reply!).Select(RedisScript.EntriesOf))];
    }

    /// <summary>For callers that block.</summary>
    public HashEntry[] Read(string id) =>
        redis.AskKind() == ServerKind.Embedded ? Read([id]).Single().Hash : redis.Database.HashGetAll(redis.Keys.JobHash(id));

    /// <summary>For callers that block: all of a chunk in one round trip, in the order of the ids.</summary>
    public IEnumerable<(string Id, HashEntry[] Hash)> Read(IEnumerable<string> ids)
    {
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            var reply = ReadJobs.Run(redis, [], [.. chunk.Select(id => (RedisValue)id)]);
            for (var i = 0; i < chunk.Length; i++)
                yield return (chunk[i], RedisScript.EntriesOf(reply[i]));
        }
    }
}
