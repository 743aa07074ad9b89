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
        if (redis.KnownKind != ServerKind.Embedded)
            return await Task.WhenAll(ids.Select(id => redis.Database.HashGetAllAsync(redis.Keys.JobHash(id!))));
        var replies = await Task.WhenAll(ids.Chunk(ChunkSize).Select(chunk => ReadJobs.RunAsync(redis, [], chunk)));
        return [.. replies.SelectMany(reply => ((RedisResult[])reply!).Select(EntriesOf))];
    }

    /// <summary>For callers that block.</summary>
    public HashEntry[] Read(string id) =>
        redis.KnownKind == ServerKind.Embedded ? EntriesOf(ReadJobs.Run(redis, [], [id])[0]) : redis.Database.HashGetAll(redis.Keys.JobHash(id));

    /// <summary>For callers that block: all of a chunk in one round trip, in the order of the ids.</summary>
    public IEnumerable<(string Id, HashEntry[] Hash)> Read(IEnumerable<string> ids)
    {
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            var reply = ReadJobs.Run(redis, [], [.. chunk.Select(id => (RedisValue)id)]);
            for (var i = 0; i < chunk.Length; i++)
                yield return (chunk[i], EntriesOf(reply[i]));
        }
    }

    private static HashEntry[] EntriesOf(RedisResult flat)
    {
        var entries = new HashEntry[flat.Length / 2];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new HashEntry((RedisValue)flat[i * 2], (RedisValue)flat[(i * 2) + 1]);
        return entries;
    }
}
