using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

internal sealed record IndexList(long Number, IReadOnlyList<string> Ids)
{
    /// <summary>What the scripts reply that read a list: its number, then the ids. Null = there is none.</summary>
    public static IndexList? Read(RedisResult reply) =>
        reply.Length == 0 ? null : new IndexList((long)reply[0], [.. Enumerable.Range(1, reply.Length - 1).Select(i => (string)reply[i]!)]);
}

/// <summary>
/// The index of all jobs: numbered lists of about a thousand ids in order of arrival, of which the sweeper writes those anew that
/// name mostly jobs that are gone. <see cref="Search.JobMatcher"/> shows the jobs of a list by id, that is by creation.
/// </summary>
internal static class JobIndex
{
    private static readonly RedisScript ReadIndex = RedisScript.LoadReader("read_index");
    private static readonly RedisScript TrimIndex = RedisScript.Load("trim_index", allowOutOfMemory: true);

    /// <summary>The ids of a list, in no special order, or of the next older one that there is. Null = none.</summary>
    /// <param name="list">Null = the newest.</param>
    public static async Task<IndexList?> ReadAsync(RedisClient redis, long? list, CancellationToken cancellationToken) =>
        IndexList.Read(await ReadIndex.RunAsync(redis, [], [list ?? RedisValue.EmptyString]).WaitAsync(cancellationToken));

    /// <summary>Looks at the list after the given one for jobs that are gone, and notes what is in it where that is not known.</summary>
    public static async Task<TrimmedList> TrimAsync(RedisClient redis, long after, CancellationToken cancellationToken)
    {
        var reply = await TrimIndex.RunAsync(redis, [], [after]).WaitAsync(cancellationToken);
        return new TrimmedList((long)reply[0], (int)reply[2] == 1);
    }
}

/// <param name="Number">0 = it was the newest.</param>
/// <param name="IsNoted">True where what is in it was not known before.</param>
internal readonly record struct TrimmedList(long Number, bool IsNoted);
