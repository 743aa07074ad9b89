using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <param name="Ids">Newest first.</param>
internal sealed record IndexList(long Number, IReadOnlyList<string> Ids);

/// <summary>
/// The index of all jobs: numbered lists of about a thousand ids in order of arrival, of which the sweeper writes those anew that
/// name mostly jobs that are gone. Within a list jobs are shown by id, that is by creation.
/// </summary>
internal static class JobIndex
{
    private static readonly RedisScript ReadIndex = RedisScript.LoadReader("read_index");
    private static readonly RedisScript TrimIndex = RedisScript.Load("trim_index", allowOutOfMemory: true);

    /// <summary>The ids from a position on, up to the end of its list, or of the next older list that there is. Null = none.</summary>
    public static async Task<IndexList?> ReadAsync(RedisClient redis, IndexPosition position, CancellationToken cancellationToken)
    {
        var reply = await ReadIndex.RunAsync(redis, [], [position.List ?? RedisValue.EmptyString]).WaitAsync(cancellationToken);
        if (reply.Length == 0)
            return null;
        var number = (long)reply[0];
        // In an older list than the position's own, all follow it; of an unknown position only the id tells.
        var after = position.List is null || position.List == number ? position.Id : null;
        return new IndexList(number, [.. Enumerable.Range(1, reply.Length - 1).Select(i => (string)reply[i]!)
            .Where(id => after is null || string.CompareOrdinal(id, after) < 0).OrderDescending(StringComparer.Ordinal)]);
    }

    /// <summary>Looks at the list after the given one for jobs that are gone, and notes what is in it where that is not known.</summary>
    public static async Task<TrimmedList> TrimAsync(RedisClient redis, long after, CancellationToken cancellationToken)
    {
        var reply = await TrimIndex.RunAsync(redis, [], [after]).WaitAsync(cancellationToken);
        return new TrimmedList((long)reply[0], (int)reply[1], (int)reply[2] == 1);
    }
}

/// <param name="Number">0 = it was the newest.</param>
/// <param name="Forgotten">Ids that named no job any more.</param>
/// <param name="IsNoted">True where what is in it was not known before.</param>
internal readonly record struct TrimmedList(long Number, int Forgotten, bool IsNoted);
